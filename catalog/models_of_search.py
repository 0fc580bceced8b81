"""Rows that the search keeps beside the runs: counts of values, numbers by key, saved searches.

Counts, numbers and facts are written by the database itself, with each change of a run (migrations
``0005_keep_counts_and_numbers`` and ``0010_narrow_facts``), whoever makes it; nothing here is the only place
of any fact.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower


class RunPlace(models.Model):
    """A beamline and proposal that have runs: what the rights to see runs depend on."""

    beamline = models.ForeignKey("accounts.Beamline", on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.CASCADE, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["beamline", "proposal"], name="catalog_run_place_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.beamline_id}/{self.proposal_id}"


class FacetCount(models.Model):
    """How many runs have a value.

    ``scope`` is 0 for all runs, minus a beamline's key for its runs, a place's key for those of the place.
    """

    scope = models.BigIntegerField()
    key = models.CharField(max_length=16)
    value = models.TextField()
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key", "value"], name="catalog_facet_count_once"),
        ]
        indexes = [
            models.Index("scope", "key", models.F("count").desc(), "value", name="catalog_facet_count_top"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}={self.value}: {self.count}"


class FacetChange(models.Model):
    """A change of a count that is not yet in `FacetCount`; rows are only added, so that no writer waits.

    The view ``catalog_facetfresh`` gives each for all scopes that it changes.
    """

    place = models.BigIntegerField()
    key = models.CharField(max_length=16)
    value = models.TextField()
    change = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.place} {self.key}={self.value}: {self.change:+d}"


class RunFacts(models.Model):
    """What is counted of a run, in a narrow row: a run itself is twenty times as wide."""

    run_id = models.BigIntegerField(primary_key=True)
    beamline_id = models.BigIntegerField()
    proposal_id = models.BigIntegerField(null=True)
    plan = models.TextField()
    status = models.TextField()
    username = models.TextField()
    sample = models.TextField()
    motors = ArrayField(models.TextField())
    detectors = ArrayField(models.TextField())

    def __str__(self) -> str:
        return f"{self.run_id} {self.plan}"


class RunNumber(models.Model):
    """A number in the start document, by the dotted key: what ranges are found by.

    ``.num_events`` and ``.duration`` are those of a closed run.
    """

    pk = models.CompositePrimaryKey("key", "value", "run_id")
    key = models.TextField()
    value = models.FloatField()
    run_id = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.run_id} {self.key}={self.value}"


class SavedSearch(models.Model):
    """A search that a person keeps, alone or for those of a beamline or proposal."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)
    question = models.JSONField(default=dict, help_text="q, filters and sort as the list of runs takes them")
    beamline = models.ForeignKey("accounts.Beamline", on_delete=models.CASCADE, related_name="+", null=True)
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.CASCADE, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="catalog_saved_search_once"),
            models.CheckConstraint(
                condition=models.Q(beamline__isnull=True) | models.Q(proposal__isnull=True),
                name="catalog_saved_search_one_place",
            ),
        ]

    def __str__(self) -> str:
        return self.name
