"""Shapes of notices over REST."""

from rest_framework import serializers

from accounts.api.serializers import StrictSerializer
from notices.models import Notice, NoticeKind


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """One thing that one was told."""

    class Meta:
        model = Notice
        fields = ("uid", "kind", "beamline", "title", "text", "link", "created_at", "seen_at")
        read_only_fields = fields


class ChoicesSerializer(StrictSerializer):
    """How one wants to be told."""

    sound = serializers.BooleanField()
    browser = serializers.BooleanField()
    mail = serializers.ListField(child=serializers.ChoiceField(choices=NoticeKind.choices), max_length=10)


class ShownChoicesSerializer(ChoicesSerializer):
    """How one wants to be told, and what can be chosen."""

    kinds = serializers.DictField(child=serializers.CharField(), read_only=True)
    can_mail = serializers.BooleanField(read_only=True)


class SeenSerializer(serializers.Serializer[dict[str, int]]):
    """How many notices were new."""

    seen = serializers.IntegerField()
