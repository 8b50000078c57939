"""Properties are tried without a limit of time: a machine that is busy is no fault of ours."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
