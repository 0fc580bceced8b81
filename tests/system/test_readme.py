"""Every example of the README runs as it is printed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.house_rules import ROOT
from tests.support.installation import Installation, wait_for

POINTS = 21
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACEHOLDER = re.compile(r"^export (BEAMPORT|KEY|RUN)=\S+.*$", re.MULTILINE)
SCOPES_NAMED = re.compile(r"`((?:run|queue|engine|device|control|console):\w+)`")


def examples(language: str) -> list[str]:
    """Return the README's blocks of `language`, in order."""
    return [text for name, text in FENCE.findall((ROOT / "README.md").read_text()) if name == language]


@pytest.fixture(scope="module")
def environment(beamport: Installation) -> dict[str, str]:
    """Return what a reader has set: the address, and a key with the scopes that the README names."""
    scopes = SCOPES_NAMED.findall((ROOT / "README.md").read_text())
    with beamport.signed_in("user") as client:
        answer = client.post(
            "/api/v1/keys",
            json={"note": "README", "scopes": scopes},
            headers={"X-CSRFToken": client.cookies["csrftoken"], "Referer": beamport.url},
        )
    assert answer.status_code == 201, answer.text
    return {
        "PATH": os.environ["PATH"],
        "BEAMPORT": f"{beamport.url}/api/v1",
        "KEY": answer.json()["key"],
    }


@pytest.fixture(scope="module")
def first_answers(environment, tmp_path_factory) -> list[dict]:
    """Return what the first requests of the shell example print: the plan and the item."""
    _, request, _ = examples("sh")
    return _json_texts(_shell(request, environment, tmp_path_factory.mktemp("shell")))


@pytest.fixture(scope="module")
def run(environment, first_answers) -> str:
    """Return the uid of the run of the shell example, once it ended."""
    uid = first_answers[1]["uid"]
    ended = wait_for("the scan of the README ended", lambda: _ended(environment, uid))
    assert ended["state"] == "completed", ended
    return str(ended["run_uids"][0])


def test_every_block_is_one_that_these_tests_know():
    commands, request, fetch = examples("sh")
    assert "make run" in commands
    assert "run-now" in request
    assert "export/csv" in fetch
    assert len(examples("python")) == 1
    languages = {name for name, _ in FENCE.findall((ROOT / "README.md").read_text())}
    assert languages == {"sh", "python"}


def test_the_shell_example_describes_the_plan_and_queues_the_scan(first_answers):
    plan, item = first_answers
    assert plan["name"] == "scan"
    assert {"detectors", "args", "num"} <= plan["schema"]["properties"].keys()
    assert (item["state"], item["plan"], item["proposal"]) == ("queued", "scan", "2026-0001")


def test_the_shell_example_finds_the_run_and_takes_its_table_away(environment, run, tmp_path):
    _, _, fetch = examples("sh")
    (found,) = _json_texts(_shell(fetch, environment | {"RUN": run}, tmp_path))
    assert [entry["uid"] for entry in found["results"]] == [run]
    (table,) = tmp_path.iterdir()
    assert table.suffix == ".csv"
    assert run in table.name
    rows = [line for line in table.read_text().splitlines() if not line.startswith("#")]
    assert len(rows) == 1 + POINTS
    assert {"sx", "det"} <= set(rows[0].split(","))


def test_the_python_example_prints_positions_and_counts(environment, run, tmp_path):
    (script,) = examples("python")
    printed = _output([sys.executable, "-c", script], environment, tmp_path)
    positions, counts = (json.loads(f"[{column}]") for column in re.findall(r"\[(.*?)\]", printed))
    assert len(positions) == len(counts) == POINTS
    assert (positions[0], positions[-1]) == pytest.approx((0.8, 1.6), abs=0.002)
    assert max(counts) > min(counts)


def _shell(script: str, environment: dict[str, str], folder: Path) -> str:
    return _output(["bash", "-e", "-c", PLACEHOLDER.sub("", script)], environment, folder)


def _output(command: list[str], environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _json_texts(text: str) -> list[dict]:
    decoder, values, at = json.JSONDecoder(), [], 0
    while at < len(text.rstrip()):
        value, at = decoder.raw_decode(text, at)
        values.append(value)
    return values


def _ended(environment: dict[str, str], uid: str) -> dict | None:
    answer = httpx.get(
        f"{environment['BEAMPORT']}/beamlines/demo/queue/items/{uid}",
        headers={"Authorization": f"ApiKey {environment['KEY']}"},
        timeout=10,
    )
    item: dict = answer.raise_for_status().json()
    return item if item["state"] not in ("queued", "running") else None
