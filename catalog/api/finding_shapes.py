"""What the routes that find runs take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import StrictSerializer
from catalog.api.serializers import CountSerializer, RunSummarySerializer
from catalog.queries import MAX_LIMIT
from catalog.selectors.histograms import STEPS

Text = serializers.CharField


def _text(**options: Any) -> serializers.CharField:
    return Text(required=False, allow_blank=True, default="", max_length=200, **options)


class RunFilterSerializer(StrictSerializer):
    """Which runs are asked for."""

    q = Text(
        required=False,
        allow_blank=True,
        default="",
        trim_whitespace=False,
        help_text='search line: LaB6 plan:scan,count energy:7keV..7.2keV time:"last week" -status:fail',
    )
    plan = _text()
    proposal = _text()
    beamline = _text()
    status = _text(help_text="success, fail, abort or open")
    scan_id = serializers.IntegerField(required=False, allow_null=True, default=None)
    since = _text(help_text="ISO 8601, today, monday, 24h, 7d or POSIX seconds")
    until = _text(help_text="as since; a day, month or year is included whole")
    time_zone = _text(help_text="zone of times without one; that of the beamline by default")


class RunQuerySerializer(RunFilterSerializer):
    """Which page of runs is asked for."""

    sort = Text(
        required=False,
        allow_blank=True,
        default="-time",
        max_length=500,
        help_text="keys with commas between, a minus for largest first: -time or plan,-num_events",
    )
    cursor = Text(required=False, allow_blank=True, default="", help_text="what next of the last page said")
    show = Text(
        required=False,
        allow_blank=True,
        default="",
        max_length=1000,
        help_text="up to 12 keys of the metadata with commas between, given with each run as shown; or tags",
    )
    limit = serializers.IntegerField(required=False, default=50, min_value=1, max_value=MAX_LIMIT)


class RunPageSerializer(serializers.Serializer[Any]):
    """One page of runs."""

    results = RunSummarySerializer(many=True)
    next = Text(allow_null=True)
    count = CountSerializer()


class FacetSerializer(serializers.Serializer[Any]):
    """One value and how often it occurs."""

    value = Text(allow_null=True)
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer[Any]):
    """How often values occur, the most frequent first; count says whether all runs were looked at."""

    plan = FacetSerializer(many=True)
    status = FacetSerializer(many=True)
    proposal = FacetSerializer(many=True)
    beamline = FacetSerializer(many=True)
    sample = FacetSerializer(many=True)
    user = FacetSerializer(many=True)
    detector = FacetSerializer(many=True)
    motor = FacetSerializer(many=True)
    tag = FacetSerializer(many=True)
    count = CountSerializer()


class HistogramQuerySerializer(RunFilterSerializer):
    """Which runs are counted by which step."""

    by = serializers.ChoiceField(choices=STEPS, required=False, default="day")


class BarSerializer(serializers.Serializer[Any]):
    """The runs of one hour, day, week or month."""

    start = serializers.FloatField(help_text="POSIX seconds")
    begins = Text(help_text="date, or date and hour, in the time zone")
    count = serializers.IntegerField()


class HistogramSerializer(serializers.Serializer[Any]):
    """How many runs began in each step, those without runs left out."""

    step = Text()
    time_zone = Text()
    results = BarSerializer(many=True)
    count = CountSerializer()


class ValuesQuerySerializer(StrictSerializer):
    """Which values are asked for."""

    key = Text(max_length=300, help_text="key of the search line: plan, sample, energy, or any dotted key")
    prefix = Text(required=False, allow_blank=True, default="", max_length=200, trim_whitespace=False)
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=200)


class ValueSerializer(serializers.Serializer[Any]):
    """One value and how many runs have it."""

    value = serializers.JSONField(allow_null=True)
    count = serializers.IntegerField()


class ValuesSerializer(serializers.Serializer[Any]):
    """Values of a key."""

    key = Text()
    newest = serializers.IntegerField(
        allow_null=True, help_text="so many of the newest runs with the key were counted; null for all runs"
    )
    results = ValueSerializer(many=True)


class KeysQuerySerializer(StrictSerializer):
    """Which keys are asked for."""

    prefix = Text(required=False, allow_blank=True, default="", max_length=200)


class MetadataKeySerializer(serializers.Serializer[Any]):
    """One key; count is among the newest 200 runs, null for keys with a meaning of their own."""

    key = Text()
    count = serializers.IntegerField(allow_null=True)


class MetadataKeysSerializer(serializers.Serializer[Any]):
    """Keys that a search may name."""

    results = MetadataKeySerializer(many=True)


class SearchChangesSerializer(StrictSerializer):
    """What is changed of a saved search."""

    name = Text(required=False, max_length=100)
    question = serializers.DictField(required=False, help_text="parameters of the list of runs")
    beamline = Text(required=False, allow_blank=True, max_length=64, help_text="shared with its people")
    proposal = Text(required=False, allow_blank=True, max_length=64, help_text="shared with its members")


class NewSearchSerializer(SearchChangesSerializer):
    """A search to keep."""

    name = Text(max_length=100)
    question = serializers.DictField(help_text="parameters of the list of runs")


class SearchSerializer(serializers.Serializer[Any]):
    """A saved search."""

    uid = serializers.UUIDField()
    name = Text()
    question = serializers.DictField()
    owner = Text()
    is_mine = serializers.BooleanField()
    beamline = Text(allow_null=True)
    proposal = Text(allow_null=True)
    changed_at = serializers.DateTimeField()


class SearchesSerializer(serializers.Serializer[Any]):
    """Saved searches."""

    results = SearchSerializer(many=True)
