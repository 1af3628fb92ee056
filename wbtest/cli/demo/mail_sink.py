"""The demo's mail server: it keeps every mail as a file, and none leaves the computer."""

import threading
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from tempfile import NamedTemporaryFile

END = b".\r\n"
ANSWERS = {b"EHLO": "250 demo", b"HELO": "250 demo", b"DATA": "354 Go on", b"QUIT": "221 Bye"}


class MailSink(ThreadingTCPServer):
    """Takes mails at ``url``, a free port of this computer, until the process ends."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, name="mail sink", daemon=True).start()


class _Conversation(StreamRequestHandler):
    """As much of RFC 5321 as a mail takes."""

    server: MailSink

    def handle(self) -> None:
        self._say("220 demo")
        while line := self.rfile.readline():
            command = line[:4].upper()
            self._say(ANSWERS.get(command, "250 OK"))
            if command == b"QUIT":
                return
            if command == b"DATA":
                self._keep()
                self._say("250 Kept")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def _keep(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (END, b""):
            # A line that begins with a dot comes with one more.
            lines.append(line[1:] if line.startswith(b".") else line)
        with NamedTemporaryFile(dir=self.server.folder, suffix=".eml", delete=False) as file:
            file.write(b"".join(lines))
