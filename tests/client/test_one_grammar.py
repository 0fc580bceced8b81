"""One search line finds the same runs in the browser's route, in the Python client and in the terminal."""

import httpx
import pytest

import beamport
from beamport.terminal import main
from beamport.terminal.screen import printable

pytestmark = pytest.mark.django_db

LINES = (
    "",
    "plan:scan",
    "-plan:scan",
    "plan:scan -sample.name:LaB6",
    'purpose:"align the slit"',
    "sample.name:LaB6 or scan_id:9",
    "(sample.name:silicon or scan_id:9) -plan:count",
    "temperature:300..301",
    "temperature:>300K",
    "sample.name:/^la/i",
    "sample:Si*",
    "has:temperature",
    "status:success",
    "-2",
    "since:1970-01-01 until:1970-01-02",
    "slit align",
    "secret",
)
REFUSED = ("scan_id:abc", "(plan:scan", "temperature:>hot", "x:/(/")


@pytest.fixture
def roads(archive, monkeypatch, capsys):
    """Give, for a line, what each of the three finds: the first eight characters of uids, in order."""
    key = archive.keys["pi"]
    monkeypatch.setenv("BEAMPORT_URL", archive.url)
    monkeypatch.setenv("BEAMPORT_API_KEY", key)

    def find(line):
        headers = {"Authorization": f"ApiKey {key}"}
        answer = httpx.get(f"{archive.url}/api/v1/runs", params={"q": line}, headers=headers)
        browser = [run["uid"][:8] for run in answer.json().get("results", ())]
        with beamport.connect(archive.url, api_key=key) as client:
            try:
                python = [run.uid[:8] for run in client.catalog.search(line)]
            except beamport.InvalidError as error:
                python = error
        code = main(["--plain", "search", *line.split(" "), "--limit", "50"])
        told = capsys.readouterr()
        terminal = [row.split("\t")[0] for row in told.out.splitlines()]
        return browser, python, terminal, (answer, code, told.err)

    return find


@pytest.mark.parametrize("line", LINES)
def test_a_line_finds_the_same_runs_everywhere(roads, line):
    browser, python, terminal, (answer, code, _) = roads(line)
    assert (answer.status_code, code) == (200, 0)
    assert browser == python == terminal


def test_the_lines_of_this_test_tell_runs_apart(roads):
    assert len({tuple(roads(line)[0]) for line in LINES}) >= 7


@pytest.mark.parametrize("line", REFUSED)
def test_a_refusal_says_the_same_everywhere(roads, line):
    _, python, _, (answer, code, error) = roads(line)
    assert (answer.status_code, code) == (400, 1)
    fields = answer.json()["fields"]
    assert python.fields == fields
    for messages in fields.values():
        assert " ".join(messages) in error


def test_what_a_terminal_would_obey_is_written_out():
    assert printable("a\x1b]0;owned\x07b\u202e\ud800\n") == "a\\x1b]0;owned\\x07b\\u202e\\ud800\\n"
    assert printable("LaB\u2086 \u00b5m") == "LaB\u2086 \u00b5m"
