"""Names in a text that somebody is called by: `@ada`. No I/O."""

import re
from typing import Final

MOST: Final = 20
NAME: Final = re.compile(r"(?<![\w@.+-])@(\w[\w.+-]{0,149})")


def mentioned(text: str) -> list[str]:
    """Give the names that a text calls, each once, in order; an address of e-mail calls nobody.

    Examples
    --------
    >>> mentioned("@ada, look. Write to ada@example.org or (@bob).")
    ['ada', 'bob']
    """
    found = (name.rstrip(".-+") for name in NAME.findall(text))
    return list(dict.fromkeys(name for name in found if name))[:MOST]
