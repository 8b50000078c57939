"""What is to be built and run, as values: local.conf, lists, needs, Dockerfile, the plan.

In comes a request with a distro, out goes a `Plan`, from which all else follows. Bash is asked
what a local.conf says, in a container; nothing is built.
"""
