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


class RunNow(PlanCall):
    """A plan to run for a proposal."""

    proposal = serializers.CharField(max_length=64)
    metadata = ObjectField(required=False, default=dict)


class NewItem(RunNow):
    """A plan to queue for a proposal."""

    position = PositionField(required=False, default="back")


class Move(StrictSerializer):
    """Where to put an item: exactly one of the three."""

    position = PositionField(required=False, default=None)
    before = serializers.UUIDField(required=False, default=None)
    after = serializers.UUIDField(required=False, default=None)


class Reason(StrictSerializer):
    """Why."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class EngineAction(Reason):
    """Why, and for a pause: at the next checkpoint (`defer`) or at once."""

    defer = serializers.BooleanField(required=False, default=False)


class Page(StrictSerializer):
    """A part of a list by number."""

    offset = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1_000_000)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)


class HistoryPage(StrictSerializer):
    """A part of a list by cursor."""

    cursor = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=200)


class ConsolePage(StrictSerializer):
    """Lines after a number; without it the last ones."""

    since = serializers.IntegerField(required=False, default=None, min_value=0, allow_null=True)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=1000)
