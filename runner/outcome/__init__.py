"""What happens in a run, as values: phases, events, results; and who observes.

In come events, out goes a `JobResult`. No side effects: nothing is read, written or asked.
"""
