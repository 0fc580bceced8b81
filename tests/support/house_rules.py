"""The rules of the house that no linter knows, as data: a pattern, where it holds, why."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Rule:
    """A pattern that may not stand in the files that `where` matches, `but` excepted."""

    name: str
    pattern: str
    why: str
    where: str = r"\.py$"
    but: str = r"^$"

    def breaches(self, path: str, text: str) -> Iterator[str]:
        """Yield `path:line: why` for each place of `text` that breaks the rule."""
        if not re.search(self.where, path) or re.search(self.but, path):
            return
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(self.pattern, line):
                yield f"{path}:{number}: {self.name}: {self.why}"


TESTS = r"^(tests|bench)/"
HOSTS = "|".join(("py" + "pi", "npm" + "js", "python" + "hosted", "deb" + "ian"))

RULES = (
    Rule("eval", r"(?<![\w.\"'`])(eval|exec)\(", "nothing that a user gave is ever evaluated", but=TESTS),
    Rule(
        "pickle",
        r"\b(import pickle|from pickle|pickle\.loads?|yaml\.load)\b",
        "data may not run code",
        but=TESTS,
    ),
    Rule(
        "shell",
        r"shell\s*=\s*True",
        "commands are lists, never shell text",
        but=r"^tests/unit/test_house_rules",
    ),
    Rule(
        "markup",
        r"\bmark_safe\b|\|\s*safe\b",
        "templates escape; there is no safe user text",
        where=r"\.(py|html)$",
        but=TESTS,
    ),
    Rule("queryset", r"\.extra\(|\.filter\(\*\*(?!\{)", "a user's keys may not become look-ups", but=TESTS),
    Rule(
        "sql",
        r"(execute|RawSQL)\(\s*f[\"']",
        "SQL takes parameters, never formatted text",
        but=r"^(tests|bench)/|^config/embedded\.py$",
    ),
    Rule(
        "rows",
        r"\b[A-Z]\w+\.objects\b",
        "views, consumers, exporters and tasks read by selectors and write by services",
        where=r"(/api/|views\.py$|/consumers/|/export/|tasks\.py$|/management/commands/).*",
        but=TESTS,
    ),
    Rule("path", r"(?<![\w.])/(root|work|home)/\w", "no path of one machine", where=r".", but=r"^\.ci/"),
    Rule("host", rf"https?://[a-z.-]*({HOSTS})", "no registry's address", where=r".", but=r"^\.ci/"),
    Rule("lock", r'"resolved":\s*"http', "the lock file holds no addresses", where=r"package-lock\.json$"),
)

VAGUE_NAMES = {"utils.py", "helpers.py", "common.py", "manager.py", "core.py", "misc.py"}


def tracked() -> list[str]:
    """Return the text files that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    binary = {".png", ".ico", ".h5", ".npy", ".woff2"}
    return [name for name in names if (ROOT / name).is_file() and Path(name).suffix not in binary]


def breaches() -> list[str]:
    """Return every breach of every rule in the tree, a line each."""
    found = []
    for name in tracked():
        if Path(name).name in VAGUE_NAMES:
            found.append(f"{name}: a module is named for the one idea in it")
        text = (ROOT / name).read_text(encoding="utf-8")
        for rule in RULES:
            found.extend(rule.breaches(name, text))
    return found
