"""A running Beamport with runs in it, for clients that were not written here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.support.catalog_odd import baseline_scan, imaging_run, odd_run
from tests.support.catalog_runs import Place, scan, stored
from tests.support.people import Facility, make_facility
from tests.support.web_server import serving


@dataclass
class Archive:
    """A web server, what is in its catalogue, and keys.

    ``documents`` holds what was stored of each run, by a name.
    """

    url: str
    facility: Facility
    documents: dict[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def uid(self, name: str) -> str:
        """Give the uid of a run."""
        return str(self.documents[name][0][1]["uid"])


@pytest.fixture(scope="module")
def archive(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Archive]:
    """Serve five runs of P-1 on alpha and one of P-2 on beta."""
    folder: Path = tmp_path_factory.mktemp("archive")
    frames = folder / "frames"
    frames.mkdir()
    with django_db_blocker.unblock():
        facility = make_facility()
        alpha = Place("alpha", "P-1", facility.proposal_id("P-1"), facility.actor("pi"), facility.actor("pi"))
        beta = Place("beta", "P-2", facility.proposal_id("P-2"), facility.actor("pi"), facility.actor("pi"))
        with serving(folder) as url:
            archive = Archive(url, facility)
            runs = {
                "first": scan(5, time=1000.0, scan_id=7, sample={"name": "LaB6"}, purpose="align the slit"),
                "again": scan(3, time=2000.0, scan_id=7, sample={"name": "silicon"}, temperature=300.5),
                "baseline": baseline_scan(time=3000.0),
                "images": imaging_run(frames, time=4000.0),
                "odd": odd_run(time=5000.0),
            }
            for name, documents in runs.items():
                archive.documents[name] = list(documents)
                stored(alpha, archive.documents[name])
            archive.documents["hidden"] = list(scan(2, time=6000.0, scan_id=99, sample="secret sample"))
            stored(beta, archive.documents["hidden"])
            for name in ("pi", "observer", "stranger", "admin"):
                archive.keys[name] = facility.key(name, "run:read", "run:export")[0]
            try:
                yield archive
            finally:
                call_command("flush", interactive=False, verbosity=0)
