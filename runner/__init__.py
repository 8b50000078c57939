"""Run and test DevStack plugins in containers."""

__version__ = "0.1.0"
