"""The examples of the how-tos run as they stand, against a running Beamport."""

import re

import pytest
import tiled.client

import beamport
from tests.support.house_rules import ROOT

pytestmark = pytest.mark.django_db


def examples(page: str) -> list[str]:
    """Give the Python blocks of a page."""
    text = (ROOT / "docs" / "how-to" / page).read_text()
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def run(page: str, archive, names: dict) -> dict:
    """Run the blocks of a page one after another, with this server's address and a key for it."""
    found = examples(page)
    assert len(found) >= 2
    for block in found:
        block = block.replace("http://127.0.0.1:8000", archive.url).replace("bp_...", archive.keys["pi"])
        exec(compile(block, page, "exec"), names)
    return names


def test_the_python_client_does_what_its_how_to_shows(archive, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = run("python-client.md", archive, {"beamport": beamport})
    names["client"].close()
    assert names["by_number"].scan_id == 7
    assert names["data"]["sx"].attrs["units"] == "mm"
    assert names["corner"].shape == (3, 2, 2)
    assert names["path"].exists()
    assert names["figure"]["data"]


def test_tiled_s_client_does_what_its_how_to_shows(archive, request, monkeypatch):
    def from_uri(*arguments, **options):
        catalog = original(*arguments, **options)
        request.addfinalizer(catalog.context.http_client.close)
        return catalog

    original = tiled.client.from_uri
    monkeypatch.setattr(tiled.client, "from_uri", from_uri)
    names = run("use-tiled-clients.md", archive, {})
    assert names["again"].start["uid"] == names["run"].start["uid"]
    assert len(names["pattern"]) == 1
    assert names["frames"].shape == (2, 4, 6)


def test_the_notebook_of_a_run_runs_with_the_client(archive, monkeypatch):
    monkeypatch.setenv("BEAMPORT_API_KEY", archive.keys["pi"])
    with beamport.connect(archive.url) as client:
        uid = client.catalog[-1].uid
        book = client.get(f"runs/{uid}/notebook")
    names: dict = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    names["client"].close()
    assert names["run"].uid == uid
    assert len(names["table"]) == len(names["data"]["time"])
