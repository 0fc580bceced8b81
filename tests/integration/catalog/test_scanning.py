"""Files that people send are looked at by the facility's virus scanner, and not kept while it is away."""

import socketserver
import struct
import threading

import pytest

from accounts.errors import InvalidError, UnavailableError
from catalog.services.attachments import written

MARK = b"not a virus, but taken for one here"


class Scanner(socketserver.StreamRequestHandler):
    """Speaks as ClamAV's daemon does of one stream: pieces after their lengths, then a word."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        seen = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            seen += self.rfile.read(length)
        self.server.seen.append(seen)
        word = "Test.Mark FOUND" if MARK in seen else self.server.word
        self.wfile.write(f"stream: {word}\0".encode())


@pytest.fixture(params=["tcp", "unix"])
def scanner(request, settings, tmp_path):
    """Run a scanner, and give it; the site asks it."""
    if request.param == "tcp":
        server = socketserver.TCPServer(("127.0.0.1", 0), Scanner)
        settings.BEAMPORT_CLAMD = f"127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.UnixStreamServer(str(tmp_path / "scanner"), Scanner)
        settings.BEAMPORT_CLAMD = f"unix:{tmp_path / 'scanner'}"
    server.seen, server.word = [], "OK"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_clean_file_is_kept_and_was_looked_at_whole(scanner, tmp_path):
    pieces = [b"a" * 100_000, b"b" * 50_000]
    assert written(tmp_path / "file", pieces)[0] == 150_000
    assert scanner.seen == [b"".join(pieces)]


def test_what_the_scanner_finds_is_refused(scanner, tmp_path):
    with pytest.raises(InvalidError) as told:
        written(tmp_path / "file", [b"x" * 70_000, MARK])
    assert told.value.code == "infected"


def test_a_scanner_that_cannot_tell_lets_nothing_pass(scanner, tmp_path):
    scanner.word = "INSTREAM size limit exceeded. ERROR"
    with pytest.raises(UnavailableError):
        written(tmp_path / "file", [b"x"])


def test_a_scanner_that_is_away_lets_nothing_pass(settings, tmp_path):
    settings.BEAMPORT_CLAMD = f"unix:{tmp_path / 'nothing'}"
    with pytest.raises(UnavailableError):
        written(tmp_path / "file", [b"x"])


def test_without_a_scanner_files_are_kept(settings, tmp_path):
    settings.BEAMPORT_CLAMD = ""
    assert written(tmp_path / "file", [b"x"])[0] == 1
