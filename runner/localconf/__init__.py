"""A local.conf: its sections, and what DevStack makes of it that its author may not have meant.

In comes a file, out go a `LocalConf` and remarks, which runs note and `lint` shows. One file a
subject: `slips` and `order` look at localrc, `merged` and `mergedfiles` at what is merged into
files. Nothing of it is executed here.
"""
