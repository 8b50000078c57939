"""A job's image: a chain of images, each found by its content or made from the one before.

In comes a plan, out goes the name of an image. `chain` says what there is to make, `search` what
is there, `build` makes the rest with `stagelayer` (packages) and `pythonlayer` (Python). No phase
is run here.
"""
