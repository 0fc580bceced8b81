"""What the annotation routes take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.api.serializers import StrictSerializer

Text = serializers.CharField


class RevisionOrderSerializer(StrictSerializer):
    """A change of metadata."""

    changes = serializers.DictField(help_text="JSON merge patch (RFC 7396); null takes a key away")
    reason = Text(max_length=1000)
    base = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=0, help_text="revision it was made from"
    )


class RestorationSerializer(StrictSerializer):
    """Why a revision is restored."""

    reason = Text(max_length=1000)


class DeletionSerializer(RestorationSerializer):
    """Why a run is deleted, and whether its files go too."""

    with_assets = serializers.BooleanField(required=False, default=False)


class TagOrderSerializer(StrictSerializer):
    """A tag to put on a run."""

    name = Text(max_length=64)


class TagsOrderSerializer(StrictSerializer):
    """Tags to put on runs, and to take off them."""

    runs = serializers.ListField(child=Text(max_length=80), min_length=1, max_length=500)
    add = serializers.ListField(child=Text(max_length=64), max_length=100, required=False, default=list)
    remove = serializers.ListField(child=Text(max_length=64), max_length=100, required=False, default=list)


class TagsOfRunSerializer(serializers.Serializer[Any]):
    """The names of a run's tags."""

    uid = Text()
    tags = serializers.ListField(child=Text())


class TagsOfRunsSerializer(serializers.Serializer[Any]):
    """The names of the tags of runs."""

    results = TagsOfRunSerializer(many=True)


class NoteOrderSerializer(StrictSerializer):
    """The text of a note."""

    text = Text(max_length=50_000, trim_whitespace=False, help_text="Markdown")


class LinkOrderSerializer(StrictSerializer):
    """A link to another run."""

    target = Text(max_length=80, help_text="uid of the other run, or its first characters")
    relation = Text(max_length=40, help_text="such as reference, calibration, derived_from, repeats")
    note = Text(max_length=1000, required=False, allow_blank=True, default="")


class AttachmentQuerySerializer(StrictSerializer):
    """What an attached file is called."""

    name = Text(max_length=1000)


class RetentionOrderSerializer(StrictSerializer):
    """How long runs are kept."""

    days = serializers.IntegerField(allow_null=True, min_value=1, max_value=36_500)
    beamline = Text(max_length=64, required=False, allow_blank=True, default="")
    proposal = Text(max_length=64, required=False, allow_blank=True, default="")
    with_assets = serializers.BooleanField(required=False, default=False)
    note = Text(max_length=1000, required=False, allow_blank=True, default="")


class MetadataSerializer(serializers.Serializer[Any]):
    """The metadata of a run as they hold."""

    uid = Text()
    revision = serializers.IntegerField()
    newest = serializers.IntegerField()
    metadata = serializers.DictField()


class RevisionSerializer(serializers.Serializer[Any]):
    """One change of metadata."""

    number = serializers.IntegerField()
    author = Text()
    reason = Text()
    created_at = serializers.DateTimeField()
    changes = serializers.DictField()


class RevisionsSerializer(serializers.Serializer[Any]):
    """All changes of metadata, the oldest first."""

    results = RevisionSerializer(many=True)


class TagSerializer(serializers.Serializer[Any]):
    """A tag."""

    name = Text()
    author = Text()
    created_at = serializers.DateTimeField()


class NoteSerializer(serializers.Serializer[Any]):
    """A note."""

    uid = serializers.UUIDField()
    text = Text()
    author = Text()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    edited_by = Text()


class AttachmentSerializer(serializers.Serializer[Any]):
    """An attached file."""

    uid = serializers.UUIDField()
    name = Text()
    media_type = Text()
    size = serializers.IntegerField()
    sha256 = Text()
    author = Text()
    created_at = serializers.DateTimeField()


class LinkSerializer(serializers.Serializer[Any]):
    """A link between two runs, seen from one."""

    uid = serializers.UUIDField()
    direction = serializers.ChoiceField(choices=["out", "in"])
    relation = Text()
    run = Text()
    scan_id = serializers.IntegerField(allow_null=True)
    plan_name = Text()
    note = Text()
    author = Text()
    is_document = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class AnnotationsSerializer(serializers.Serializer[Any]):
    """Everything that was added to a run."""

    uid = Text()
    revision = serializers.IntegerField()
    tags = TagSerializer(many=True)
    notes = NoteSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    links = LinkSerializer(many=True)


class RetentionSerializer(serializers.Serializer[Any]):
    """A rule of retention."""

    uid = serializers.UUIDField()
    beamline = Text(allow_null=True)
    proposal = Text(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    with_assets = serializers.BooleanField()
    note = Text()
    author = Text()
    created_at = serializers.DateTimeField()


class RetentionsSerializer(serializers.Serializer[Any]):
    """All rules of retention that one may see."""

    results = RetentionSerializer(many=True)


class DeletedSerializer(serializers.Serializer[Any]):
    """What was deleted."""

    uid = Text()
    documents = serializers.IntegerField()
    events = serializers.IntegerField()
    files = serializers.ListField(child=Text())
