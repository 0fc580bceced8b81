"""docs/reference/socket.md names everything that goes over the socket."""

import re
from pathlib import Path

import realtime
from realtime import protocol, topics

ROOT = Path(realtime.__file__).parent
PAGE = (ROOT.parent / "docs" / "reference" / "socket.md").read_text()


def test_every_command_message_and_topic_is_on_the_page():
    for name in protocol.COMMANDS:
        assert f'"type":"{name}"' in PAGE
    for name in protocol.MESSAGES:
        assert f"`{name}`" in PAGE
    for kind in topics.KINDS.values():
        assert re.search(rf"^\| `{kind.name}:<.*\| `{kind.scope}`", PAGE, re.MULTILINE)


def test_every_close_code_is_on_the_page_with_its_name():
    for code in protocol.CloseCode:
        assert f"| {code.value} | `{code.name.lower()}` |" in PAGE


def test_every_error_code_is_on_the_page():
    text = "".join(path.read_text() for path in ROOT.rglob("*.py"))
    codes = set(re.findall(r'Fault\(\s*"(\w+)"', text)) | {"not_found", "not_signed_in"}
    assert codes
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()
