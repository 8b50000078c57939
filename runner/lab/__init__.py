"""The local lab: caches for packages and Python, found where they run; what compose.yaml is told.

In comes what the engine says of running containers, out go addresses and settings. Nothing is
started here.
"""
