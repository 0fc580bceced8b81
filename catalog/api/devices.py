"""Routes of what a run tells of its devices, and of its documents one after another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.api.permissions import SignedInOrPublic
from accounts.api.serializers import StrictSerializer
from accounts.requests import actor_of
from catalog import selectors
from catalog.api import asked, replies
from catalog.api.caching import unchanged
from catalog.documents.encoding import dumps

_LINES_AT_ONCE = 500


class DeviceConfigurationSerializer(serializers.Serializer[Any]):
    """The configuration that one descriptor tells."""

    stream = serializers.CharField()
    descriptor = serializers.CharField()
    time = serializers.FloatField()
    devices = serializers.DictField(help_text="device: {data, timestamps, data_keys, object_keys}")


class ConfigurationSerializer(serializers.Serializer[Any]):
    """The configuration of all devices of a run."""

    results = DeviceConfigurationSerializer(many=True)


class BaselineEntrySerializer(serializers.Serializer[Any]):
    """One value before and after a run."""

    key = serializers.CharField()
    device = serializers.CharField()
    units = serializers.CharField(allow_null=True)
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    count = serializers.IntegerField()
    is_changed = serializers.BooleanField()


class BaselineSerializer(serializers.Serializer[Any]):
    """What was read before and after a run."""

    results = BaselineEntrySerializer(many=True)


class DeviceHistoryQuerySerializer(StrictSerializer):
    """Of which device, and of which of its values, the history is asked for."""

    beamline = serializers.CharField(max_length=200)
    device = serializers.CharField(max_length=200, help_text="name; of a part the dotted name: mono.energy")
    key = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=300,
        help_text="data key or key of the configuration; by default the reading that stands for the device",
    )
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="what next of the last page said"
    )


class HistoryKeySerializer(serializers.Serializer[Any]):
    """A value of a device that runs tell."""

    key = serializers.CharField()
    units = serializers.CharField(allow_null=True)
    is_setting = serializers.BooleanField(help_text="of the configuration, not of the readings")


class HistoryEntrySerializer(serializers.Serializer[Any]):
    """What one run tells of a value."""

    uid = serializers.CharField()
    scan_id = serializers.IntegerField(allow_null=True)
    plan_name = serializers.CharField()
    time = serializers.FloatField(help_text="POSIX seconds")
    exit_status = serializers.CharField(allow_null=True)
    stream = serializers.CharField()
    first = serializers.JSONField(allow_null=True)
    last = serializers.JSONField(allow_null=True)


class DeviceHistorySerializer(serializers.Serializer[Any]):
    """What a device told over runs, the newest first."""

    key = serializers.CharField()
    units = serializers.CharField(allow_null=True)
    keys = HistoryKeySerializer(many=True)
    results = HistoryEntrySerializer(many=True)
    next = serializers.CharField(allow_null=True)


class LinesQuerySerializer(StrictSerializer):
    """Where the lines begin."""

    since = serializers.IntegerField(required=False, default=-1, min_value=-1, max_value=2**62)
    compress = serializers.BooleanField(required=False, default=False, help_text="send gzip")


class ConfigurationView(APIView):
    """The configuration of the devices of a run."""

    @extend_schema(operation_id="runs_configuration", responses=ConfigurationSerializer)
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        """Give the configuration of each device, as each descriptor tells it."""
        return _answer(request, uid, selectors.configuration)


class BaselineView(APIView):
    """What was read before and after a run."""

    @extend_schema(
        operation_id="runs_baseline",
        responses=BaselineSerializer,
        examples=[
            OpenApiExample(
                "a motor that was moved",
                value={
                    "results": [
                        {
                            "key": "sx",
                            "device": "sx",
                            "units": "mm",
                            "before": 0.0,
                            "after": 1.2,
                            "count": 2,
                            "is_changed": True,
                        }
                    ]
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        """Give the first and the last reading of each baseline value; none where there was no baseline."""
        return _answer(request, uid, selectors.baseline)


class DeviceHistoryView(APIView):
    """What a device told over runs."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="runs_device_history",
        parameters=[DeviceHistoryQuerySerializer],
        responses=DeviceHistorySerializer,
        examples=[
            OpenApiExample(
                "a motor before and after one scan",
                value={
                    "key": "sx",
                    "units": "mm",
                    "keys": [{"key": "sx", "units": "mm", "is_setting": False}],
                    "results": [
                        {
                            "uid": "7f3a9c1e-5d4b-4c1f-9a57-0d6f1b2c3e4f",
                            "scan_id": 12,
                            "plan_name": "scan",
                            "time": 1795354200.0,
                            "exit_status": "success",
                            "stream": "baseline",
                            "first": 0.0,
                            "last": 1.2,
                        }
                    ],
                    "next": None,
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Give the first and last value of a device in each of the newest 200 runs that one may see."""
        wanted = asked.query(request, DeviceHistoryQuerySerializer)
        found = selectors.device_history(
            actor_of(request),
            wanted["beamline"],
            wanted["device"],
            key=wanted["key"],
            cursor=wanted["cursor"],
        )
        return replies.whole(request, dumps(found))


class LinesView(APIView):
    """The documents of a run, one a line."""

    @extend_schema(
        operation_id="runs_documents_lines",
        parameters=[LinesQuerySerializer],
        responses={(200, "application/x-ndjson"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        """Stream ``[ordinal, name, document]`` a line after ordinal `since`, under the encoding rule."""
        wanted = asked.query(request, LinesQuerySerializer)
        actor = actor_of(request)
        etag = asked.run_etag(request, actor, uid)
        known = unchanged(request, etag)
        if known is not None:
            return known
        parts = _lines(selectors.iter_encoded(actor, uid, since=wanted["since"]))
        answer = replies.in_pieces(request, parts, "application/x-ndjson", compress=wanted["compress"])
        return asked.with_etag(answer, etag)


def _answer(request: Request, uid: str, read: Any) -> HttpResponseBase:
    actor: Actor = actor_of(request)
    etag = asked.run_etag(request, actor, uid)
    known = unchanged(request, etag)
    if known is not None:
        return known
    return asked.with_etag(replies.whole(request, dumps({"results": read(actor, uid)})), etag)


def _lines(documents: Iterator[tuple[int, str, bytes]]) -> Iterator[bytes]:
    while some := list(itertools.islice(documents, _LINES_AT_ONCE)):
        yield b"".join(b'[%d,"%s",%s]\n' % (ordinal, name.encode(), body) for ordinal, name, body in some)
