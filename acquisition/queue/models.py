"""Rows of the queue: what runs next, who runs it, what it says of itself.

Every row belongs to one beamline. The order of waiting items is `QueueItem.position`, a number with gaps, so
that putting an item between two others writes one row.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from acquisition.queue.states import ItemState

BEAMLINE = "accounts.Beamline"


class ItemKind(models.TextChoices):
    """What an item is: a plan to run, or a word to the queue itself."""

    PLAN = "plan"
    STOP = "queue_stop"


class BeamlineQueue(models.Model):
    """The queue of one beamline; its row is the lock under which the order changes."""

    beamline = models.OneToOneField(BEAMLINE, on_delete=models.PROTECT, related_name="acquisition_queue")
    version = models.BigIntegerField(default=0)
    is_held = models.BooleanField(default=True)
    hold_reason = models.TextField(blank=True, default="")
    hold_item = models.ForeignKey(
        "QueueItem",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="the item whose end the reason tells of; told to who may see the item",
    )
    stop_after_item = models.BooleanField(default=False)
    holds_when_empty = models.BooleanField(
        default=False, help_text="hold again when nothing is left; otherwise new items start by themselves"
    )
    loops = models.BooleanField(default=False, help_text="an item that ended well goes to the back again")
    ignores_failures = models.BooleanField(default=False, help_text="go on after an item that failed")
    notice = models.TextField(
        blank=True, default="", db_default="", help_text="what the staff tell everybody at the beamline"
    )
    notice_by = models.CharField(max_length=150, blank=True, default="", db_default="")
    notice_at = models.DateTimeField(null=True, blank=True)
    updated = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"queue {self.beamline_id} v{self.version}"


class QueueItem(models.Model):
    """One plan to run, with its parameters, its submitter and its outcome."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    beamline = models.ForeignKey(BEAMLINE, on_delete=models.PROTECT, related_name="queue_items")
    proposal = models.ForeignKey("accounts.Proposal", on_delete=models.PROTECT, related_name="queue_items")
    submitted_by = models.CharField(max_length=150)
    plan_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in ItemKind], default="plan")
    parameters = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    note = models.TextField(blank=True, default="")
    priority = models.SmallIntegerField(default=0, help_text="decides the place at which an item comes in")
    not_before = models.DateTimeField(null=True, blank=True)
    waits_for = models.JSONField(default=list, help_text="uids of items that have to end well first")
    points = models.BigIntegerField(null=True, blank=True, help_text="as foretold when it was queued")
    estimated_s = models.FloatField(null=True, blank=True, help_text="as foretold when it was queued")
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in ItemState], default=ItemState.QUEUED.value
    )
    reviewed_by = models.CharField(max_length=150, blank=True, default="")
    position = models.BigIntegerField(default=0)
    runs_now = models.BooleanField(default=False, help_text="asked to run before the queue is held again")
    run_uids = models.JSONField(default=list)
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    exit_status = models.CharField(max_length=12, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    traceback = models.TextField(blank=True, default="")
    progress = models.JSONField(default=dict)

    #: How many stand before it, where that has just been counted.
    ahead: int | None = None

    class Meta:
        indexes = [
            models.Index(fields=["beamline", "state", "position"], name="item_order"),
            models.Index(F("beamline"), F("finished_at").desc(), F("id").desc(), name="item_history"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["beamline"], condition=Q(state="running"), name="one_running_item_a_beamline"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_name} {self.uid} {self.state}"


class Preset(models.Model):
    """A plan with parameters that somebody keeps for later; of a proposal, for all who are in it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    beamline = models.ForeignKey(BEAMLINE, on_delete=models.CASCADE, related_name="presets")
    proposal = models.ForeignKey(
        "accounts.Proposal", null=True, blank=True, on_delete=models.CASCADE, related_name="presets"
    )
    author = models.CharField(max_length=150)
    title = models.CharField(max_length=200)
    plan_name = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["beamline", "proposal", "author", "title"],
                nulls_distinct=False,
                name="preset_title_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.plan_name})"


class Lease(models.Model):
    """Which process owns the beamline; `fencing` grows with every owner."""

    beamline = models.OneToOneField(BEAMLINE, on_delete=models.PROTECT, related_name="worker_lease")
    holder = models.CharField(max_length=200, blank=True, default="")
    fencing = models.BigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"lease {self.beamline_id} #{self.fencing} {self.holder}"


class EngineSnapshot(models.Model):
    """What the engine last said of itself; true only while the lease is alive."""

    beamline = models.OneToOneField(BEAMLINE, on_delete=models.PROTECT, related_name="engine_snapshot")
    version = models.BigIntegerField(default=0)
    engine_state = models.CharField(max_length=20, blank=True, default="")
    item_uid = models.UUIDField(null=True, blank=True)
    run_uid = models.CharField(max_length=64, blank=True, default="")
    progress = models.JSONField(default=dict)
    info = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"engine {self.beamline_id} {self.engine_state}"


class Environment(models.Model):
    """Plans and devices as the worker found them when it opened the beamline."""

    beamline = models.OneToOneField(BEAMLINE, on_delete=models.PROTECT, related_name="environment")
    plans = models.JSONField(default=dict)
    modules = models.JSONField(default=list)
    devices = models.JSONField(default=dict)
    presets = models.JSONField(default=list)
    metadata_schema = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    versions = models.JSONField(default=dict)
    is_open = models.BooleanField(default=False)
    keeps_closed = models.BooleanField(
        default=False, help_text="somebody closed it; it is not opened by itself"
    )
    closed_reason = models.TextField(blank=True, default="")
    opened_at = models.DateTimeField(null=True, blank=True)
    fencing = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"environment {self.beamline_id} of lease #{self.fencing}"


class ControlCommand(models.Model):
    """One wish about the running engine, and what came of it."""

    ENGINE = ("pause", "resume", "stop", "abort", "halt")
    ENVIRONMENT = ("open", "close", "update", "destroy")
    DEVICE = ("read", "move", "halt_move")
    ACTIONS = (*ENGINE, *ENVIRONMENT, *DEVICE)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    beamline = models.ForeignKey(BEAMLINE, on_delete=models.PROTECT, related_name="control_commands")
    item_uid = models.UUIDField(null=True, blank=True)
    action = models.CharField(max_length=12, choices=[(a, a) for a in ACTIONS])
    defer = models.BooleanField(default=False)
    device = models.CharField(max_length=200, blank=True, default="", help_text="dotted name")
    payload = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    reason = models.TextField(blank=True, default="")
    requested_by = models.CharField(max_length=150)
    created_at = models.DateTimeField(db_default=Now())
    taken_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, blank=True, default="")
    detail = models.TextField(blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["beamline", "id"], condition=Q(done_at=None), name="command_open"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.uid} {self.outcome}"


class ControlLease(models.Model):
    """Who holds the beamline in hand; empty holder or past expiry means nobody."""

    beamline = models.OneToOneField(BEAMLINE, on_delete=models.PROTECT, related_name="control_lease")
    holder = models.CharField(max_length=150, blank=True, default="")
    since = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")
    requests = models.JSONField(
        default=list,
        db_default=models.Value([], output_field=models.JSONField()),
        help_text="who asks for it: username, since, reason",
    )

    def __str__(self) -> str:
        return f"control {self.beamline_id} {self.holder}"


class ConsoleLine(models.Model):
    """One line that a plan or the worker printed; `seq` is dense per beamline."""

    beamline = models.ForeignKey(BEAMLINE, on_delete=models.PROTECT, related_name="console_lines")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    level = models.CharField(max_length=10, default="INFO")
    item_uid = models.UUIDField(null=True, blank=True)
    proposal = models.ForeignKey(
        "accounts.Proposal", null=True, blank=True, on_delete=models.PROTECT, related_name="console_lines"
    )
    text = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["beamline", "seq"], name="console_seq_once"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.text[:40]}"
