"""The terminal command ``beamport``: words in, tables and progress bars out.

Exit codes: 0 done, 1 refused or failed, 2 not understood, 130 ended by Ctrl-C.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from beamport.connection import connect
from beamport.errors import BeamportError, MissingPackageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the words of a command line say, and give the exit code."""
    try:
        from beamport.terminal import commands
        from beamport.terminal.screen import Screen
    except ImportError:
        print(MissingPackageError("rich", "terminal"), file=sys.stderr)  # noqa: T201  there is no screen yet
        return 1
    words = sys.argv[1:] if arguments is None else list(arguments)
    asked = commands.parser().parse_args(commands.with_search_apart(words))
    screen = Screen(is_plain=asked.plain)
    try:
        return _done(asked, screen)
    except KeyboardInterrupt:
        return 130
    except BeamportError as error:
        screen.refuse(error)
        return 1


def _done(asked: argparse.Namespace, screen: object) -> int:
    if asked.needs_no_server:
        return int(asked.act(asked, screen) or 0)
    with connect(asked.url, api_key=asked.key) as client:
        return int(asked.act(client, asked, screen) or 0)
