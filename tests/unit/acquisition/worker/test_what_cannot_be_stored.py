"""What the database will never take is told; only a database that is away is waited for."""

import threading
from types import SimpleNamespace

import pytest
from django.db import DataError, IntegrityError, OperationalError

from acquisition.queue.leases import Grant
from acquisition.worker import tenure
from acquisition.worker.patience import until_it_works
from acquisition.worker.recovery import Recovered


@pytest.mark.parametrize("error", [DataError, IntegrityError])
def test_what_is_refused_for_good_is_not_tried_again(error):
    tries = []

    def act():
        tries.append(1)
        if len(tries) < 3:
            raise error("refused")

    with pytest.raises(error):
        until_it_works(act, stopping=threading.Event())
    assert len(tries) == 1


def test_a_database_that_is_away_is_waited_for(monkeypatch):
    monkeypatch.setattr("acquisition.worker.patience.RETRY_S", 0.0)
    answers = iter([OperationalError("away"), None])

    def act():
        answer = next(answers)
        if answer is not None:
            raise answer
        return "done"

    assert until_it_works(act, stopping=threading.Event()) == "done"


def test_plans_that_cannot_be_written_keep_the_beamline_closed_with_a_fault(tmp_path, monkeypatch):
    told, closed = [], []
    beamline = SimpleNamespace(
        manifest=SimpleNamespace(plans=(), status_board=()),
        devices={},
        plans={"scan": {"doc": "\0"}},
        descriptions={},
        presets=[],
        metadata_schema={},
        faults=[],
        versions={},
    )
    runner = SimpleNamespace(close=lambda: closed.append("runner"))

    def refuse(**_):
        raise DataError("unsupported Unicode escape sequence")

    monkeypatch.setattr(tenure, "open_beamline", lambda *_: beamline)
    monkeypatch.setattr(tenure, "close_beamline", lambda _: closed.append("beamline"))
    monkeypatch.setattr(tenure.Tenure, "_new_runner", lambda *_: runner)
    monkeypatch.setattr(tenure.running, "open_environment", refuse)
    monkeypatch.setattr(tenure.running, "close_environment", lambda *, grant, faults: told.extend(faults))
    held = tenure.Tenure(
        actor=None,
        grant=Grant("alpha", 1, "me", 1),
        journal_folder=tmp_path,
        manifest_folder=tmp_path,
        stopping=threading.Event(),
        wake=threading.Event(),
        on_lost=told.append,
    )
    assert held._open(Recovered()) is None
    assert "unsupported Unicode" in told[0]
    assert closed == ["runner", "beamline"]
