"""Plugins and repositories: where from, which commit, a folder on this machine.

In come a name, a URL and a ref, out goes a checkout, or the user's own folder. `rules` says what
is refused, `fetch` what is done, `git` is the only file that imports it.
"""
