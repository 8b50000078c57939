"""The openstack command in one process: to start it takes seconds, and checks ask it often.

client.py FILE writes its port into the file. A request is the number of arguments and the
arguments, each with a NUL behind; the answer is the exit status, a line, and what was printed.
"""

import contextlib
import io
import socketserver
import sys
from pathlib import Path

from openstackclient.shell import OpenStackShell


class Handler(socketserver.StreamRequestHandler):
    """Answers one request."""

    def handle(self) -> None:
        arguments = [self._word() for _ in range(int(self._word()))]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                status = OpenStackShell().run(arguments)
            except SystemExit as ended:
                status = ended.code
        self.wfile.write(f"{status}\n{printed.getvalue()}".encode())

    def _word(self) -> str:
        word = bytearray()
        while (byte := self.rfile.read(1)) not in (b"\0", b""):
            word += byte
        return word.decode()


with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
    Path(sys.argv[1]).write_text(f"{server.server_address[1]}\n")
    server.serve_forever()
