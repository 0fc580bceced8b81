"""An item names a sample of its proposal's registry; its runs say what the registry has of it."""

import pytest

from accounts.errors import InvalidError
from accounts.sample_services import archive_sample, change_sample, create_sample
from acquisition.queue import services
from acquisition.queue.sample_choice import sample_at_start
from catalog import ingest
from catalog import selectors as catalog
from catalog.queries import RunQuery
from catalog.search import run_query
from tests.support.catalog_runs import records_of, scan
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db

COUNT = {"plan": "count", "parameters": {"detectors": ["det"], "num": 3}}
PLACE = {"beamline": "alpha", "proposal": "P-1"}


def make_sample(facility, who="member", proposal="P-1", **facts):
    return create_sample(actor=facility.actor(who), proposal=proposal, **{"name": "LaB6 powder"} | facts)


def test_an_item_takes_the_name_of_its_sample_and_the_run_what_holds_at_its_start(facility):
    uid = str(make_sample(facility, composition="LaB6", position="A4").uid)
    actor = facility.actor("member")
    item = services.submit_item(
        actor=actor, **PLACE, **COUNT, metadata={"sample_uid": uid, "purpose": "align"}
    )
    assert item.metadata == {"sample_uid": uid, "sample": "LaB6 powder", "purpose": "align"}
    change_sample(actor=actor, uid=uid, position="B2")
    assert sample_at_start(item.metadata, item.proposal_id) == {
        "sample": {"name": "LaB6 powder", "uid": uid, "composition": "LaB6", "position": "B2"}
    }


def test_a_sample_of_others_is_no_sample(facility):
    others = str(make_sample(facility, who="outsider", proposal="P-2").uid)
    archived = str(archive_sample(actor=facility.actor("pi"), uid=str(make_sample(facility).uid)).uid)
    for uid in (others, archived, "no-uid", 3):
        with pytest.raises(InvalidError) as refused:
            services.submit_item(
                actor=facility.actor("member"), **PLACE, **COUNT, metadata={"sample_uid": uid}
            )
        assert list(refused.value.fields) == ["metadata.sample_uid"]
        assert sample_at_start({"sample_uid": others}, facility.proposal_id("P-1")) == {}
    assert sample_at_start({"sample_uid": "no-uid"}, facility.proposal_id("P-1")) == {}


def test_a_sample_by_name_only_stays_as_it_was_written(facility):
    item = services.submit_item(actor=facility.actor("member"), **PLACE, **COUNT, metadata={"sample": "Si"})
    assert item.metadata == {"sample": "Si"}
    assert sample_at_start(item.metadata, item.proposal_id) == {}


def test_a_waiting_item_is_given_another_sample(facility):
    first, second = (str(make_sample(facility, name=name).uid) for name in ("one", "two"))
    actor = facility.actor("member")
    item = services.submit_item(actor=actor, **PLACE, **COUNT, metadata={"sample_uid": first})
    changed = services.update_item(
        actor=actor, beamline="alpha", uid=str(item.uid), changes={"metadata": {"sample_uid": second}}
    )
    assert changed.metadata["sample"] == "two"
    with pytest.raises(InvalidError):
        services.update_item(
            actor=actor, beamline="alpha", uid=str(item.uid), changes={"metadata": {"sample_uid": "none"}}
        )


def test_runs_are_found_by_the_sample_of_their_item(facility):
    uid = str(make_sample(facility, composition="LaB6", position="A4").uid)
    told = sample_at_start({"sample_uid": uid}, facility.proposal_id("P-1"))
    for facts in (told, {"sample": "other"}):
        ingest.store(
            actor=SYSTEM,
            origin=ingest.Origin("alpha", "P-1", "member"),
            records=records_of(scan(2, **facts)),
        )
    actor = facility.actor("member")
    for line in ('sample:"LaB6 powder"', f"sample.uid:{uid}", "sample.position:A4"):
        (found,) = catalog.runs(actor, run_query(line, query=RunQuery())).results
        assert found["sample"] == "LaB6 powder"
