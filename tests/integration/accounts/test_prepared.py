"""A prepared question is answered as the query set that it was written from."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from accounts import access_rows
from accounts.models import APIKey, Beamline, Membership
from accounts.prepared import MOMENT, NUMBER, TEXT, Prepared

ODD_WORDS = ["", "100% of it", "O'Brien; --", "%s", "$1", "löß"]


def members_of(number):
    return Membership.objects.filter(proposal__number=number).select_related("proposal").order_by("pk")


def test_rows_come_as_the_query_set_gives_them_and_with_what_they_are_joined(
    facility, django_assert_num_queries
):
    asked = Prepared(members_of, TEXT)
    asked.all("P-1")
    with django_assert_num_queries(1):
        found = asked.all("P-1")
        numbers = {row.proposal.number for row in found}
    assert found == list(members_of("P-1")) != []
    assert numbers == {"P-1"}
    assert asked.all("P-2") == list(members_of("P-2"))


@pytest.mark.parametrize("word", ODD_WORDS)
def test_values_are_values_whatever_they_hold(facility, word):
    Beamline.objects.create(name="odd", title=word)
    titled = Prepared(lambda title: Beamline.objects.filter(title=title).values_list("name", flat=True), TEXT)
    assert "odd" in titled.all(word)
    assert titled.first(f"{word}x") is None


def test_values_of_one_kind_are_told_apart(facility):
    def between(low, high):
        return Membership.objects.filter(pk__gte=low, pk__lte=high).order_by("pk").values("pk")

    asked = Prepared(between, NUMBER, NUMBER + 1)
    keys = [row["pk"] for row in between(0, 10**6)]
    assert [row["pk"] for row in asked.all(keys[0], keys[1])] == keys[:2]
    assert asked.all(keys[1], keys[0]) == []


def test_a_new_connection_is_told_the_question_again(transactional_db):
    Beamline.objects.create(name="alpha")
    asked = Prepared(lambda name: Beamline.objects.filter(name=name), TEXT)
    assert asked.first("alpha").name == "alpha"
    connection.close()
    assert asked.first("alpha").name == "alpha"


def test_a_question_that_looked_at_the_clock_is_refused(facility):
    asked = Prepared(lambda user: APIKey.objects.filter(user=user, expires_at__gt=timezone.now()), NUMBER)
    with pytest.raises(ValueError, match="the moment of asking was written into the query"):
        asked.all(1)
    told = Prepared(lambda user, now: APIKey.objects.filter(user=user, expires_at__gt=now), NUMBER, MOMENT)
    assert told.all(1, datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_a_question_that_does_not_use_its_value_is_refused(facility):
    with pytest.raises(ValueError, match="is to stand in the query"):
        Prepared(lambda name: Beamline.objects.all(), TEXT).all("alpha")


def test_a_key_that_runs_out_between_two_questions_opens_nothing(facility):
    _, row = facility.key("member", "run:read")
    assert access_rows.owner_of(row.user_id, row.prefix) is not None
    APIKey.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert access_rows.owner_of(row.user_id, row.prefix) is None
