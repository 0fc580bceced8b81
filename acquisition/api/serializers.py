"""Shapes of what comes in; what goes out is made by the selectors."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import StrictSerializer


@extend_schema_field({"oneOf": [{"type": "string", "enum": ["front", "back"]}, {"type": "integer"}]})
class PositionField(serializers.Field[Any, Any, Any, Any]):
    """ "front", "back" or a whole number (negative from the back)."""

    def to_internal_value(self, data: Any) -> str | int:
        """Accept the three forms and nothing else."""
        if data in ("front", "back") or (isinstance(data, int) and not isinstance(data, bool)):
            return data
        raise serializers.ValidationError('give "front", "back" or a whole number')

    def to_representation(self, value: Any) -> Any:
        """Give it back as it is."""
        return value


@extend_schema_field({"type": "object", "additionalProperties": True})
class ObjectField(serializers.Field[Any, Any, Any, Any]):
    """A JSON object of any content; the JSON gate has seen to its size and depth."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Accept an object."""
        if not isinstance(data, dict):
            raise serializers.ValidationError("give a JSON object")
        return data

    def to_representation(self, value: Any) -> Any:
        """Give it back as it is."""
        return value


class PlanCall(StrictSerializer):
    """A plan and its parameters."""

    plan = serializers.CharField(max_length=200)
    parameters = ObjectField(required=False, default=dict)


class PermitQuestion(StrictSerializer):
    """Whom, and which plan or device, one asks about."""

    user = serializers.CharField(max_length=150)
    plan = serializers.CharField(max_length=200, required=False)
    device = serializers.CharField(max_length=200, required=False)
    act = serializers.ChoiceField(choices=("move", "read"), required=False)
    proposal = serializers.CharField(max_length=64, required=False)


class RunNow(PlanCall):
    """A plan to run for a proposal."""

    proposal = serializers.CharField(max_length=64)
    metadata = ObjectField(required=False, default=dict)


class Wishes(StrictSerializer):
    """When an item may run, and a remark."""

    note = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    priority = serializers.IntegerField(required=False, min_value=-100, max_value=100)
    not_before = serializers.DateTimeField(required=False, allow_null=True)
    waits_for = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=100)


class NewItem(RunNow, Wishes):
    """A plan to queue for a proposal."""

    plan = serializers.CharField(max_length=200, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=["plan", "queue_stop"], required=False)
    position = PositionField(required=False, default="back")


class ProposedItem(RunNow, Wishes):
    """A plan that others shall approve."""


class BatchItem(PlanCall, Wishes):
    """One plan of a batch."""

    plan = serializers.CharField(max_length=200, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=["plan", "queue_stop"], required=False)
    metadata = ObjectField(required=False, default=dict)


class Batch(StrictSerializer):
    """Plans to queue together: all of them, or none."""

    proposal = serializers.CharField(max_length=64)
    items = serializers.ListField(child=ObjectField(), min_length=1, max_length=5000)
    position = PositionField(required=False, default="back")


class Changes(Wishes):
    """What a waiting item shall ask for instead; what is not named stays."""

    plan = serializers.CharField(max_length=200, required=False)
    parameters = ObjectField(required=False)
    metadata = ObjectField(required=False)


class Sheet(StrictSerializer):
    """For whom a table is queued, and whether it is."""

    proposal = serializers.CharField(max_length=64)
    plan = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    submit = serializers.BooleanField(required=False, default=False)


class PastedTable(StrictSerializer):
    """A table as text."""

    table = serializers.CharField(trim_whitespace=False)


class Export(StrictSerializer):
    """As what to take items away."""

    format = serializers.ChoiceField(choices=["json", "python"], required=False, default="json")


class Modes(StrictSerializer):
    """How the queue goes on; what is not named stays."""

    loops = serializers.BooleanField(required=False)
    ignores_failures = serializers.BooleanField(required=False)
    holds_when_empty = serializers.BooleanField(required=False)


class Start(StrictSerializer):
    """Hold again when nothing is left, or start whatever comes in; without it as before."""

    until_empty = serializers.BooleanField(required=False, allow_null=True, default=None)


class Named(StrictSerializer):
    """Items by their uids."""

    uids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=10_000)


class RemoveNamed(Named):
    """Items to take out."""

    ignores_missing = serializers.BooleanField(required=False, default=False)


class NewPreset(PlanCall):
    """A plan with parameters to keep; of a proposal, for all who are in it."""

    title = serializers.CharField(max_length=200)
    metadata = ObjectField(required=False, default=dict)
    proposal = serializers.CharField(max_length=64, required=False, allow_null=True, default=None)


class Move(StrictSerializer):
    """Where to put an item: exactly one of the three."""

    position = PositionField(required=False, default=None)
    before = serializers.UUIDField(required=False, default=None)
    after = serializers.UUIDField(required=False, default=None)


class MoveNamed(Move, Named):
    """Where to put several items as one block."""

    keeps_queue_order = serializers.BooleanField(required=False, default=False)


class Reason(StrictSerializer):
    """Why."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class BeamlineNotice(StrictSerializer):
    """What the staff tell everybody at the beamline."""

    text = serializers.CharField(max_length=500)


class Receiver(StrictSerializer):
    """To whom."""

    to = serializers.CharField(max_length=150)


class Reading(Reason):
    """How much of a device is read."""

    parts = serializers.BooleanField(
        required=False, default=False, help_text="its parts as well, under their dotted names"
    )


class Target(Reason):
    """Where to move a device, in its own units; with `relative` by how much."""

    value = serializers.JSONField()
    relative = serializers.BooleanField(required=False, default=False)


class EngineAction(Reason):
    """Why, and for a pause: at the next checkpoint (`defer`) or at once."""

    defer = serializers.BooleanField(required=False, default=False)


class Page(StrictSerializer):
    """A part of a list by number."""

    offset = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1_000_000)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)


class ValueNames(StrictSerializer):
    """Names on the status board, with commas between them."""

    names = serializers.CharField(max_length=2000)

    def validate_names(self, text: str) -> list[str]:
        """Take the names apart."""
        names = [name.strip() for name in text.split(",") if name.strip()]
        if not 0 < len(names) <= 20:
            raise serializers.ValidationError("give 1 to 20 names with commas between them")
        return names


class HistoryPage(StrictSerializer):
    """A part of a list by cursor."""

    cursor = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)
    q = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    plan = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    state = serializers.RegexField(r"^[a-z]+(,[a-z]+)*$", required=False, default="", max_length=100)
    user = serializers.CharField(required=False, allow_blank=True, default="", max_length=150)
    proposal = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)
    run = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)
    since = serializers.DateTimeField(required=False, default=None)
    until = serializers.DateTimeField(required=False, default=None)


class ConsolePage(StrictSerializer):
    """Lines after a number; without it the last ones."""

    since = serializers.IntegerField(required=False, default=None, min_value=0, allow_null=True)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)
    item = serializers.UUIDField(
        required=False, default=None, allow_null=True, help_text="only lines of this queue item"
    )
