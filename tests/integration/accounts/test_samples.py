"""Samples: a registry for each proposal."""

import pytest

from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.labels import qr_code
from accounts.models import AuditEntry, Sample
from accounts.requests import actor_of_key
from accounts.sample_selectors import sample_dict, sample_with, samples
from accounts.sample_services import archive_sample, change_sample, create_sample
from tests.support.people import SYSTEM


def make_sample(facility, who="member", **facts):
    return create_sample(actor=facility.actor(who), **{"proposal": "P-1", "name": "LaB6"} | facts)


def test_people_of_the_proposal_write_it_and_others_do_not_know_of_it(facility):
    uid = str(make_sample(facility, composition="LaB6", hazards=["irritant"], metadata={"batch": 17}).uid)
    seen = {}
    for name in ("pi", "member", "observer", "staff", "admin", "outsider", "stranger", "other_staff"):
        seen[name] = [sample.name for sample in samples(facility.actor(name))]
        if not seen[name]:
            with pytest.raises(NotFoundError):
                sample_with(facility.actor(name), uid)
            with pytest.raises(NotFoundError):
                change_sample(actor=facility.actor(name), uid=uid, name="mine")
    assert [name for name, found in seen.items() if found] == ["pi", "member", "observer", "staff", "admin"]
    with pytest.raises(ForbiddenError):
        change_sample(actor=facility.actor("observer"), uid=uid, name="mine")
    changed = change_sample(actor=facility.actor("pi"), uid=uid, position="A4", reason="moved")
    assert (changed.position, changed.composition) == ("A4", "LaB6")
    told = AuditEntry.objects.get(action="sample.changed")
    assert (told.before["position"], told.after["position"], told.reason) == ("", "A4", "moved")


def test_words_find_samples_in_any_fact(facility):
    make_sample(facility, holder="cassette 3", position="A4")
    make_sample(facility, name="Si 640", composition="Si")
    make_sample(facility, who="outsider", proposal="P-2", name="LaB6 of others")
    actor = facility.actor("member")
    assert [row.name for row in samples(actor, q="lab6")] == ["LaB6"]
    assert [row.name for row in samples(actor, q="cassette a4")] == ["LaB6"]
    assert [row.name for row in samples(actor, proposal="P-1")] == ["LaB6", "Si 640"]
    assert list(samples(actor, proposal="P-2")) == []
    assert [row.name for row in samples(actor, q="%")] == []


def test_an_archived_sample_is_offered_no_longer_and_stays(facility):
    uid = str(make_sample(facility).uid)
    for _ in range(2):
        archive_sample(actor=facility.actor("member"), uid=uid)
    assert list(samples(facility.actor("member"))) == []
    assert sample_dict(sample_with(facility.actor("member"), uid))["is_archived"]
    assert AuditEntry.objects.filter(action="sample.archived").count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 300}, "name"),
        ({"hazards": "toxic"}, "hazards"),
        ({"hazards": [1]}, "hazards"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": {"k": "v" * 30_000}}, "metadata"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_its_field(facility, facts, field):
    with pytest.raises(InvalidError) as refused:
        make_sample(facility, **facts)
    assert field in refused.value.fields
    assert not Sample.objects.exists()


def test_a_name_is_there_once_in_a_proposal(facility):
    make_sample(facility)
    with pytest.raises((ConflictError, InvalidError)):
        make_sample(facility)
    make_sample(facility, who="outsider", proposal="P-2")


def test_a_label_is_a_drawing_without_script():
    drawn = qr_code("https://beamport.example.org/samples/0b6a4f0e-3c1d-4a7e-8f21-5d9c7b2e1a60").decode()
    assert drawn.startswith("<svg")
    assert "script" not in drawn
    assert drawn != qr_code("https://beamport.example.org/samples/1").decode()


def test_a_key_without_runs_has_no_samples(facility):
    make_sample(facility)
    text, _ = facility.key("member", "queue:read")
    with pytest.raises(ForbiddenError):
        samples(actor_of_key(text))
    assert samples(SYSTEM).count() == 1
