"""What the catalogue routes take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import StrictSerializer

Text = serializers.CharField


class DocumentsQuerySerializer(StrictSerializer):
    """Which documents of a run are asked for."""

    since = serializers.IntegerField(required=False, default=-1, min_value=-1, max_value=2**62)
    limit = serializers.IntegerField(required=False, default=1000, min_value=1, max_value=10_000)


class TableQuerySerializer(StrictSerializer):
    """Which part of a table is asked for."""

    columns = Text(
        required=False,
        allow_blank=True,
        allow_null=True,
        default=None,
        help_text="data keys, comma-separated; for keys that hold commas, a JSON list",
    )
    start = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**62)
    stop = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=0, max_value=2**62
    )
    timestamps = serializers.BooleanField(required=False, default=False)
    exact = serializers.BooleanField(
        required=False,
        default=False,
        help_text="write NaN and infinities under the encoding rule instead of as null",
    )
    format = serializers.ChoiceField(choices=["json", "arrow"], required=False, default="json")
    points = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=4,
        max_value=100_000,
        help_text="at most so many rows, the extremes of each column among them; for plots",
    )
    compress = serializers.BooleanField(
        required=False, default=False, help_text="send also a large table as gzip: for slow networks"
    )


class FrameQuerySerializer(StrictSerializer):
    """How a frame is given."""

    format = serializers.ChoiceField(choices=["png", "npy", "json"], required=False, default="png")
    vmin = serializers.FloatField(required=False, allow_null=True, default=None)
    vmax = serializers.FloatField(required=False, allow_null=True, default=None)


class CountSerializer(serializers.Serializer[Any]):
    """A bounded count."""

    value = serializers.IntegerField()
    capped = serializers.BooleanField(help_text="there are more than value")


class RunSummarySerializer(serializers.Serializer[Any]):
    """The facts of one run that a list shows."""

    uid = Text()
    scan_id = serializers.IntegerField(allow_null=True)
    plan_name = Text()
    time = serializers.FloatField(help_text="POSIX seconds")
    stop_time = serializers.FloatField(allow_null=True)
    exit_status = Text(allow_null=True)
    reason = Text()
    beamline = Text()
    proposal = Text(allow_null=True)
    username = Text()
    num_events = serializers.DictField(child=serializers.IntegerField())
    num_points = serializers.IntegerField(allow_null=True)
    motors = serializers.ListField(child=Text())
    detectors = serializers.ListField(child=Text())
    sample = Text()
    title = Text()
    shown = serializers.DictField(required=False, help_text="values of the keys asked for by show")


class ColumnSerializer(serializers.Serializer[Any]):
    """One column of a stream."""

    key = Text()
    dtype = Text()
    shape = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    units = Text(allow_null=True)
    precision = serializers.IntegerField(allow_null=True)
    object_name = Text()
    external = Text()


class StreamSerializer(serializers.Serializer[Any]):
    """What a stream holds."""

    columns = ColumnSerializer(many=True)
    hints = serializers.DictField()
    object_keys = serializers.DictField()
    num_events = serializers.IntegerField()


class RunDetailSerializer(RunSummarySerializer):
    """One run with its documents but for events."""

    start = serializers.DictField()
    stop = serializers.DictField(allow_null=True)
    descriptors = serializers.ListField(child=serializers.DictField())
    streams = serializers.DictField(child=StreamSerializer())
    last_ordinal = serializers.IntegerField()


class DocumentsSerializer(serializers.Serializer[Any]):
    """Documents of a run, each as [ordinal, name, document]."""

    documents = serializers.ListField(child=serializers.ListField())
    last_ordinal = serializers.IntegerField()
    closed = serializers.BooleanField()


class TableSerializer(serializers.Serializer[Any]):
    """Rows of a stream, column by column."""

    stream = Text()
    start = serializers.IntegerField()
    stop = serializers.IntegerField()
    num_events = serializers.IntegerField()
    rows = serializers.ListField(
        child=serializers.IntegerField(), required=False, help_text="with points: numbers of the rows given"
    )
    seq_num = serializers.ListField(child=serializers.IntegerField())
    time = serializers.ListField(child=serializers.FloatField())
    columns = serializers.DictField(child=serializers.ListField())
    timestamps = serializers.DictField(child=serializers.ListField(), required=False)


class FaultSerializer(serializers.Serializer[Any]):
    """A document that was refused, or stored with a remark."""

    ordinal = serializers.IntegerField()
    name = Text()
    reason = Text()
    is_stored = serializers.BooleanField()


class FaultsSerializer(serializers.Serializer[Any]):
    """What was refused or remarked on in a run."""

    results = FaultSerializer(many=True)
