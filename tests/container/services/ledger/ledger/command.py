"""`ledger [TEXT]`: lists the entries, or adds one. It needs a token and nothing but Python."""

import os
import sys
import urllib.request


def main() -> None:
    request = urllib.request.Request(  # noqa: S310 - the test gives the URL
        os.environ["LEDGER_URL"] + "/v1/entries",
        headers={"X-Auth-Token": os.environ["LEDGER_TOKEN"]},
        data=" ".join(sys.argv[1:]).encode() or None,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        print(answer.read().decode())
