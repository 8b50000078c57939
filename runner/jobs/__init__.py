"""Jobs: which there are, many at once, one from request to result; and what is kept of them.

In come requests, out go results. The verbs on kept stacks live here, too: status, logs, garbage
collection, the doctor. Docker, git and rendering are other rooms'.
"""
