"""This machine, as runs meet it: folders, proxies, pip's configuration, certificates, Ctrl-C.

In come the environment and files of the user's, out go values. Nothing is installed or started.
"""
