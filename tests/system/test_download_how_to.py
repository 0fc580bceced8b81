"""The how-to of downloads, run as it stands: wget, curl, unzip and Python against a whole Beamport."""

import hashlib
import os
import re
import shutil
import subprocess
import sys

import httpx
import pytest

from tests.support.house_rules import ROOT
from tests.support.installation import Installation, wait_for

PAGE = (ROOT / "docs/how-to/download-with-rest-python-wget.md").read_text()
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)
PROPOSAL = "2026-0001"
NEEDED = ("wget", "curl", "unzip", "sha256sum")

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)), reason="the programs that the page names are not all here"
)


@pytest.fixture(scope="module")
def run(beamport: Installation):
    """Give the uid of a scan."""
    plan = {"plan": "scan", "parameters": {"detectors": ["det"], "args": [["sx", 0.8, 1.6]], "num": 5}}
    with beamport.rest() as client:
        item = client.post("beamlines/demo/queue/run-now", json={**plan, "proposal": PROPOSAL}).json()

        def ended():
            told = client.get(f"beamlines/demo/queue/items/{item['uid']}").json()
            return told if told["state"] in ("completed", "failed") else None

        (uid,) = wait_for("the scan is done", ended, deadline_s=60)["run_uids"]
        wait_for("its stop is stored", lambda: client.get(f"runs/{uid}").json().get("stop"))
    return uid


@pytest.fixture
def do(beamport, run, tmp_path):
    """Give what runs one block of the page in an empty folder."""
    known = {"BEAMPORT": beamport.url, "KEY": beamport.key("user"), "RUN": run}

    def act(number, **more):
        language, text = BLOCKS[number]
        words = {"sh": ["bash", "-euc"], "python": [sys.executable, "-c"]}[language]
        environment = {**os.environ, **known, **more}
        done = subprocess.run(
            [*words, text],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return act


def test_the_page_has_the_blocks_that_are_run_here():
    assert [language for language, _ in BLOCKS] == ["sh", "sh", "sh", "python", "sh"]


def test_one_run_by_wget_and_by_curl(do, run, tmp_path):
    do(0)
    (nexus,) = tmp_path.glob("*.nxs")
    assert run in nexus.name
    assert nexus.read_bytes().startswith(b"\x89HDF")
    do(1)
    (table,) = tmp_path.glob("*.csv")
    rows = [line for line in table.read_text().splitlines() if not line.startswith("#")]
    assert (rows[0].split(",")[-2:], len(rows)) == (["sx", "det"], 6)


def test_several_runs_with_their_checksums(do, run):
    told = do(2)
    assert f"{run}_primary.csv: OK" in told


def test_a_job_is_ordered_written_fetched_and_gone_on_with(do, beamport, tmp_path):
    assert re.match(r"done \d+ rows, \d+ bytes", do(3))
    (written,) = [path for path in tmp_path.iterdir() if path.suffix in (".jsonl", ".zip")]
    whole = written.read_bytes()
    with beamport.rest() as client:
        job = client.get("exports").json()["results"][0]
    assert job["file_name"] == written.name
    written.write_bytes(whole[: len(whole) // 2])
    do(4, LINK=job["link"], FILE=job["file_name"])
    assert hashlib.sha256(written.read_bytes()).hexdigest() == job["sha256"]
    with httpx.Client(base_url=beamport.url) as anybody:
        assert anybody.get(job["link"]).status_code == 200
