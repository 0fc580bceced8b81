"""Rows of runs and their documents.

A document is kept under its ordinal, its place in the run (0 is the start). Documents other than events are
rows of `Document`, events are columns of `EventPage`, and what could not be taken is in `Quarantine`.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, HashIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Upper

from catalog.documents.encoding import has_escape, restore_object, to_storable
from catalog.models_of_annotations import RetentionRule as RetentionRule
from catalog.models_of_annotations import RunAttachment as RunAttachment
from catalog.models_of_annotations import RunLink as RunLink
from catalog.models_of_annotations import RunNote as RunNote
from catalog.models_of_annotations import RunRevision as RunRevision
from catalog.models_of_annotations import RunTag as RunTag
from catalog.models_of_search import FacetChange as FacetChange
from catalog.models_of_search import FacetCount as FacetCount
from catalog.models_of_search import RunFacts as RunFacts
from catalog.models_of_search import RunNumber as RunNumber
from catalog.models_of_search import RunPlace as RunPlace
from catalog.models_of_search import SavedSearch as SavedSearch


class DocumentDecoder(json.JSONDecoder):
    """Reads JSON under the encoding rule of documents."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "object_hook": restore_object})


class DocumentField(models.JSONField):
    """A document as jsonb: written and read under the encoding rule, so that no value changes.

    jsonb forgets the order of keys; where it matters something beside this column keeps it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "decoder": DocumentDecoder})

    def deconstruct(self) -> Any:
        """Leave out what the class itself sets."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("decoder", None)
        return name, path, args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Read under the encoding rule; an object without escapes is read at the speed of the library."""
        if isinstance(value, str) and not has_escape(value):
            return json.loads(value)
        return super().from_db_value(value, expression, connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Write under the encoding rule."""
        if value is not None and not hasattr(value, "resolve_expression"):
            value = to_storable(value)
        return super().get_db_prep_value(value, connection, prepared)


class Run(models.Model):
    """One run: its start and stop documents, and the facts that lists and searches need."""

    uid = models.TextField(unique=True)
    beamline = models.ForeignKey(
        "accounts.Beamline", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    proposal = models.ForeignKey(
        "accounts.Proposal", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    username = models.TextField(blank=True)
    item_uid = models.TextField(blank=True)
    time = models.FloatField(help_text="POSIX seconds of the start document")
    scan_id = models.BigIntegerField(null=True)
    plan_name = models.CharField(max_length=200, blank=True)
    exit_status = models.CharField(max_length=16, blank=True, help_text="empty while the run is open")
    reason = models.TextField(blank=True)
    stop_time = models.FloatField(null=True, help_text="POSIX seconds of the stop document")
    num_events = DocumentField(default=dict, help_text="highest seq_num of each stream")
    last_ordinal = models.BigIntegerField(default=0)
    start = DocumentField(help_text="metadata as it holds now: the start document and its revisions")
    revision = models.IntegerField(default=0, help_text="number of the newest revision of the metadata")
    stop = DocumentField(null=True)
    search_text = models.TextField(blank=True)
    words = models.GeneratedField(
        expression=SearchVector("search_text", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    keys = models.GeneratedField(
        expression=models.Func("start", function="catalog_keys"),
        output_field=ArrayField(models.IntegerField()),
        db_persist=True,
        help_text="hashes of the dotted keys of the metadata",
    )

    class Meta:
        ordering = ["-time", "-id"]
        indexes = [
            models.Index(
                fields=["-time", "-id"], include=["beamline", "proposal"], name="catalog_run_latest"
            ),
            models.Index(
                fields=["plan_name", "-time", "-id"],
                include=["beamline", "proposal"],
                name="catalog_run_plan",
            ),
            models.Index("proposal", models.F("time").desc(), name="catalog_run_proposal"),
            models.Index("beamline", models.F("time").desc(), name="catalog_run_beamline"),
            models.Index(
                models.F("scan_id").desc(nulls_last=True), models.F("time").desc(), name="catalog_run_scan_id"
            ),
            models.Index("beamline", condition=models.Q(exit_status=""), name="catalog_run_open"),
            GinIndex(fields=["start"], opclasses=["jsonb_path_ops"], name="catalog_run_start"),
            GinIndex(fields=["keys"], name="catalog_run_keys"),
            GinIndex(fields=["words"], name="catalog_run_words"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="catalog_run_text"),
            models.Index(Upper("username"), models.F("time").desc(), name="catalog_run_username"),
        ]

    def __str__(self) -> str:
        return self.uid

    @property
    def is_open(self) -> bool:
        """Tell whether the stop document is still to come."""
        return not self.exit_status


class Document(models.Model):
    """One document that is no event.

    ``body`` holds its bytes as they are given back, with the order of keys; ``doc`` is the same for queries.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="documents")
    ordinal = models.BigIntegerField()
    name = models.CharField(max_length=32)
    uid = models.TextField(blank=True)
    doc = DocumentField()
    body = models.BinaryField()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["run", "ordinal"], name="catalog_document_once"),
        ]
        indexes = [
            models.Index(fields=["run", "name", "ordinal"], name="catalog_document_name"),
            HashIndex(
                KT("doc__uri"), name="catalog_document_uri", condition=models.Q(name="stream_resource")
            ),
            HashIndex(
                KT("doc__resource_path"), name="catalog_document_path", condition=models.Q(name="resource")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.ordinal} {self.name}"


class EventPage(models.Model):
    """Events of one descriptor, column by column.

    ``page`` is an event page without the columns that are rows of `EventColumn`; ``layout`` holds the orders
    of keys that jsonb forgets; ``shared`` names, for timestamps that equal another column, that column.
    ``seq_num`` is left out where it counts up from ``first_seq``, ``ordinals`` is null where they do from
    ``first_ordinal``. With ``is_document`` the page came as one document.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="event_pages")
    descriptor = models.TextField()
    stream = models.TextField()
    first_ordinal = models.BigIntegerField()
    last_ordinal = models.BigIntegerField()
    ordinals = models.JSONField(null=True)
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    size = models.IntegerField()
    weight = models.BigIntegerField(help_text="number of values, about")
    is_document = models.BooleanField(default=False)
    page = models.JSONField(decoder=DocumentDecoder, help_text="written by ingest under the encoding rule")
    layout = DocumentField()
    shared = models.JSONField(default=dict)

    class Meta:
        ordering = ["first_ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["run", "first_ordinal"], name="catalog_event_page_once"),
        ]
        indexes = [
            models.Index(fields=["run", "stream", "first_ordinal"], name="catalog_event_page_stream"),
            models.Index(fields=["run", "last_ordinal"], name="catalog_event_page_last"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.first_ordinal}..{self.last_ordinal} {self.stream}"


class EventColumn(models.Model):
    """One column of an event page as a typed array; exactly one of the arrays is there.

    ``part`` tells where in the page the column lies: 0 the page itself (``uid``, ``time``, ``seq_num``),
    1 ``data``, 2 ``timestamps``, 3 ``filled``. Arrays of more than one dimension hold one entry of the first
    for each event.
    """

    pk = models.CompositePrimaryKey("page_id", "part", "key")
    page = models.ForeignKey(EventPage, on_delete=models.CASCADE, related_name="columns", db_index=False)
    part = models.SmallIntegerField()
    key = models.TextField()
    floats = ArrayField(models.FloatField(), null=True)
    ints = ArrayField(models.BigIntegerField(), null=True)
    bools = ArrayField(models.BooleanField(), null=True)
    texts = ArrayField(models.TextField(), null=True)
    uuids = ArrayField(models.UUIDField(), null=True)

    def __str__(self) -> str:
        return f"{self.page_id} {self.part} {self.key}"


class Quarantine(models.Model):
    """A document that was refused, or stored with a remark, and why."""

    run_uid = models.TextField()
    ordinal = models.BigIntegerField()
    name = models.TextField(blank=True)
    beamline = models.ForeignKey("accounts.Beamline", on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField()
    is_stored = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)
    body = models.BinaryField(null=True)

    class Meta:
        ordering = ["run_uid", "ordinal", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run_uid", "ordinal", "beamline", "digest"], name="catalog_quarantine_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["beamline"], condition=models.Q(is_stored=False), name="catalog_quarantine_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_uid}/{self.ordinal} {self.name}: {self.reason}"


class ExportJob(models.Model):
    """An export that somebody ordered: what of, how far it is, where it ended; see `catalog.jobs`."""

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    requester = models.JSONField(help_text="the actor as it asked, narrowing of its key included")
    format = models.CharField(max_length=32)
    options = models.JSONField(default=dict)
    runs = models.JSONField(help_text="uids")
    state = models.CharField(max_length=16, default="queued")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True, help_text="when the worker last said that it works on it")
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0, help_text="events written")
    num_rows = models.BigIntegerField(null=True, help_text="events in all, where it is known")
    runs_done = models.IntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    file_name = models.CharField(max_length=250, blank=True)
    problem = models.TextField(blank=True)
    left_out = models.JSONField(default=list, help_text="runs that the format cannot hold, and why")

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="catalog_export_owner"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="catalog_export_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uid} {self.format} {self.state}"
