"""A download that breaks off goes on at its byte, through a line that breaks."""

import socket
import socketserver
import threading
import zipfile
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

import beamport
from beamport.run import Run

pytestmark = pytest.mark.django_db


class BreakingLine(socketserver.ThreadingTCPServer):
    """Hands bytes on to a server and back; its first connection ends after so many bytes of the answer."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, url, cut):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind = (urlsplit(url).hostname, urlsplit(url).port)
        self.cuts = [cut]
        self.asked = []


class _Connection(socketserver.BaseRequestHandler):
    def handle(self):
        left = self.server.cuts.pop() if self.server.cuts else 2**40
        with socket.create_connection(self.server.behind) as behind:
            thread = threading.Thread(target=self._ask, args=(behind,), daemon=True)
            thread.start()
            while left and (part := behind.recv(min(left, 65536))):
                self.request.sendall(part)
                left -= len(part)
            self.request.shutdown(socket.SHUT_RDWR)
            thread.join(10)

    def _ask(self, behind):
        try:
            while part := self.request.recv(65536):
                self.server.asked.append(part)
                behind.sendall(part)
        except OSError:
            return


@contextmanager
def breaking(url, cut):
    with BreakingLine(url, cut) as line:
        thread = threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()
            thread.join()


@pytest.mark.parametrize(("form", "goes_on"), [("jsonl", True), ("xlsx", False)])
def test_a_broken_download_is_whole_in_the_end(archive, client, tmp_path, form, goes_on):
    run = client.catalog[archive.uid("first")]
    whole = run.export(form, tmp_path / "whole").read_bytes()
    with breaking(archive.url, 2000) as line:
        address = f"http://127.0.0.1:{line.server_address[1]}"
        with beamport.connect(address, api_key=archive.keys["pi"]) as through:
            path = Run(through, run.summary).export(form, tmp_path / "broken")
    asked = b"".join(line.asked).lower()
    assert asked.count(b"get /") == 2, "it broke once"
    assert (b"range: bytes=" in asked) == goes_on
    assert path.read_bytes() == whole if goes_on else zipfile.ZipFile(path).testzip() is None
