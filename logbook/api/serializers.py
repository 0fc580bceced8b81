"""Shapes of the logbook over REST."""

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import StrictSerializer
from logbook.models import EntryKind
from logbook.services import LONGEST

KINDS = EntryKind.choices


class NewEntrySerializer(StrictSerializer):
    """What somebody writes down."""

    proposal = serializers.CharField(max_length=64)
    text = serializers.CharField(max_length=LONGEST)
    kind = serializers.ChoiceField(choices=KINDS, required=False, default="entry")
    run = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class ChangedEntrySerializer(StrictSerializer):
    """Another text."""

    text = serializers.CharField(max_length=LONGEST)


class LogQuerySerializer(StrictSerializer):
    """Which lines of the log."""

    proposal = serializers.CharField(max_length=64, required=False)
    kind = serializers.ChoiceField(choices=[*EntryKind.values, "run"], required=False)
    q = serializers.CharField(max_length=200, required=False)
    before = serializers.FloatField(min_value=0, max_value=1e11, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=200, required=False)


class FileQuerySerializer(StrictSerializer):
    """What a file is called."""

    name = serializers.CharField(max_length=400)


class FileSerializer(serializers.Serializer[Any]):
    """A file with an entry."""

    uid = serializers.UUIDField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()


class EntrySerializer(serializers.Serializer[Any]):
    """One entry."""

    uid = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    beamline = serializers.CharField()
    proposal = serializers.CharField()
    author = serializers.CharField()
    text = serializers.CharField()
    run = serializers.CharField(allow_null=True)
    mentions = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    attachments = FileSerializer(many=True)


class LineSerializer(serializers.Serializer[Any]):
    """One line of the log: an entry of somebody, or a run."""

    kind = serializers.ChoiceField(choices=[*EntryKind.values, "run"])
    at = serializers.FloatField(help_text="POSIX seconds")
    entry = EntrySerializer(required=False)
    run = serializers.DictField(required=False)


class LogSerializer(serializers.Serializer[Any]):
    """Lines, newest first; `next` is the `before` of the page behind."""

    results = LineSerializer(many=True)
    next = serializers.FloatField(allow_null=True)


class WatchersSerializer(serializers.Serializer[Any]):
    """Who has a page of the beamline open."""

    watchers = serializers.ListField(child=serializers.CharField())
