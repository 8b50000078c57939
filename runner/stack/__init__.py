"""A job's container: created, its modes run in it, what runs there afterwards.

In come a plan and an image, out go events and the log on their way to who listens. How a phase is
done is the tree's affair (`runner/devstack`), how an image is made another room's.
"""
