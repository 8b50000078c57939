"""The distributions: their data, their base images, their bootstraps, and this machine's own.

In comes a name, out go a `Distro` and an image to begin with. What plugins want is unknown here.
"""
