"""The command line: parse, call, choose the exit code. Heavy imports happen in the commands."""

from runner.cli import engine, inspect, jobs, lab, lint, reports, stacks
from runner.cli.app import app, main

__all__ = ["app", "engine", "inspect", "jobs", "lab", "lint", "main", "reports", "stacks"]
