"""The types that the pages share with the server: `python -m config.typescript [--check]`.

Writes `src/api/generated.ts` from the OpenAPI schema, as much of it as the modules beside it take from there,
and `src/live/generated.ts` from the socket's messages.
With `--check` nothing is written: files that differ are named, and the exit code is 1.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "frontend" / "spa" / "src"
REST = SOURCE / "api" / "generated.ts"
SOCKET = SOURCE / "live" / "generated.ts"
TAKEN = re.compile(r"type \{([^}]*)\} from \"\./generated\"")
REFERENCE = re.compile(r"#/components/schemas/(\w+)")
HEAD = "// Written by `python -m config.typescript` from {source}: change that, then write it anew.\n\n"


def main() -> int:
    """Write both files, or say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    stale = stale_files()
    if not parser.parse_args().check:
        for path, text in stale.items():
            path.write_text(text)
            sys.stdout.write(f"written: {path}\n")
        return 0
    for path in stale:
        sys.stderr.write(f"{path} differs from the server: run python -m config.typescript\n")
    return 1 if stale else 0


def stale_files() -> dict[Path, str]:
    """Give the files that differ from what the server says, with what they should hold."""
    wanted = {REST: rest_types(), SOCKET: socket_types()}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text() != text}


def rest_types() -> str:
    """Give the types of the components of the OpenAPI schema that pages use, and of those in them."""
    from drf_spectacular import generators

    generator: Any = generators.SchemaGenerator
    schema: dict[str, Any] = generator().get_schema(request=None, public=True)
    return _file("the OpenAPI schema", reachable(schema["components"]["schemas"], names_used()))


def names_used() -> set[str]:
    """Give the names that the modules of `src/api` take from the generated one."""
    texts = [path.read_text() for path in sorted(REST.parent.glob("*.ts")) if path != REST]
    lists = [found for text in texts for found in TAKEN.findall(text)]
    return {part.split(" as ")[0].strip() for one in lists for part in one.split(",") if part.strip()}


def reachable(shapes: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Give the shapes that are named, and those that they refer to.

    Raises
    ------
    KeyError
        There is no shape of that name.
    """
    found: dict[str, Any] = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = shapes[name]
            waiting += REFERENCE.findall(json.dumps(shapes[name]))
    return found


def socket_types() -> str:
    """Give the types of commands and messages of the socket, and of the documents of a run in it."""
    from realtime import protocol
    from realtime.schemas import schema_of

    shapes = {
        shape.__name__: schema_of(shape)
        for shape in (*protocol.COMMANDS.values(), *protocol.MESSAGES.values())
    }
    shapes["EventBatch"] = schema_of(protocol.EventBatch)
    payload = schema_of(protocol.RunPayload)
    payload["properties"]["events"]["items"] = {"$ref": "EventBatch"}
    shapes["RunPayload"] = payload
    for name, members in (("ClientMessage", protocol.COMMANDS), ("ServerMessage", protocol.MESSAGES)):
        shapes[name] = {"anyOf": [{"$ref": shape.__name__} for shape in members.values()]}
    return _file("realtime/protocol.py", shapes)


def _file(source: str, shapes: dict[str, Any]) -> str:
    from realtime.typescript import declaration

    return (
        HEAD.format(source=source) + "\n\n".join(declaration(*one) for one in sorted(shapes.items())) + "\n"
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    import django

    django.setup()
    sys.exit(main())
