"""What is wrong in a plugin or a local.conf, found without running a phase.

One module a subject: functions from values (`runner.lint.files`) to findings. Nothing of what is
checked is executed; only `metadata` and `refs` ask something outside: package managers of distros,
and repositories.
"""
