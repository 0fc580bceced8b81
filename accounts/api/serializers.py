"""What the account routes take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.audit import CHAINED_FIELDS
from accounts.models import APIKey, AuditEntry, Membership, Proposal, ProposalRole


class StrictSerializer(serializers.Serializer[Any]):
    """A body whose every key is known: what is not asked for (an owner, a role) is refused, not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown keys, then read the known ones."""
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError(
                {name: ["This is not a key of this request."] for name in unknown}
            )
        return super().to_internal_value(data)


class NewKeySerializer(StrictSerializer):
    """The order for an API key."""

    scopes = serializers.ListField(child=serializers.CharField(max_length=64), max_length=64)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    proposal = serializers.CharField(max_length=64, required=False, allow_null=True, default=None)
    beamline = serializers.CharField(max_length=64, required=False, allow_null=True, default=None)


KEY_FIELDS = (
    "prefix",
    "scopes",
    "note",
    "proposal",
    "beamline",
    "created_at",
    "expires_at",
    "last_used_at",
    "revoked_at",
)


class KeySerializer(serializers.ModelSerializer[APIKey]):
    """An API key, without its secret."""

    proposal: Any = serializers.SlugRelatedField("number", read_only=True)
    beamline: Any = serializers.SlugRelatedField("name", read_only=True)

    class Meta:
        model = APIKey
        fields: tuple[str, ...] = KEY_FIELDS
        read_only_fields = KEY_FIELDS


class MadeKeySerializer(KeySerializer):
    """An API key just made: the only answer that holds its text."""

    key = serializers.CharField(read_only=True)

    class Meta(KeySerializer.Meta):
        fields = ("key", *KEY_FIELDS)


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """One act; `object_name` is what the thing is called now, empty where it is gone or has no name."""

    object_name = serializers.SerializerMethodField()

    class Meta:
        model = AuditEntry
        fields = ("id", "at", *CHAINED_FIELDS, "object_name", "hash")
        read_only_fields = fields

    def get_object_name(self, entry: AuditEntry) -> str:
        """Look the name up among those of the page."""
        names: dict[tuple[str, str], str] = self.context["names"]
        return names.get((entry.object_kind, entry.object_id), "")


class AuditQuerySerializer(StrictSerializer):
    """Which acts are asked for."""

    beamline = serializers.CharField(max_length=64, required=False, default="")
    proposal = serializers.CharField(max_length=64, required=False, default="")
    username = serializers.CharField(max_length=150, required=False, default="")
    action = serializers.CharField(max_length=100, required=False, default="")
    since = serializers.DateTimeField(required=False, default=None)
    until = serializers.DateTimeField(required=False, default=None)
    q = serializers.CharField(max_length=200, required=False, default="")


AUDIENCES = ["", "signed_in", "everyone"]


class ProposalSerializer(serializers.ModelSerializer[Proposal]):
    """A proposal, and the beamlines it has time on."""

    audience = serializers.ChoiceField(choices=AUDIENCES, read_only=True)

    beamlines: Any = serializers.SlugRelatedField("name", many=True, read_only=True)

    class Meta:
        model = Proposal
        fields = (
            "uid",
            "number",
            "external_id",
            "title",
            "beamlines",
            "starts_at",
            "ends_at",
            "is_closed",
            "audience",
            "embargo_until",
            "data_owner",
        )
        read_only_fields = fields


class ProposalChangeSerializer(StrictSerializer):
    """What is changed of a proposal; what is not named stays, the beamlines are given whole."""

    title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    beamlines = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=100
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    data_owner = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_closed = serializers.BooleanField(required=False)
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class NewProposalSerializer(StrictSerializer):
    """The order for a proposal."""

    number = serializers.CharField(max_length=64)
    title = serializers.CharField(max_length=300, required=False, allow_blank=True)
    beamlines = serializers.ListField(
        child=serializers.CharField(max_length=64), required=False, max_length=100
    )
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    ends_at = serializers.DateTimeField(required=False, allow_null=True)
    external_id = serializers.CharField(max_length=100, required=False, allow_null=True)


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """A person in a proposal."""

    username = serializers.CharField(source="user.username", read_only=True)
    display_name = serializers.CharField(source="user.display_name", read_only=True)

    class Meta:
        model = Membership
        fields = ("username", "display_name", "role")
        read_only_fields = fields


class NewMemberSerializer(StrictSerializer):
    """The order to give a person a role."""

    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(choices=ProposalRole.choices, default=ProposalRole.MEMBER)


class PlaceRoleSerializer(serializers.Serializer[Any]):
    """A beamline and what one is there."""

    name = serializers.CharField()
    title = serializers.CharField()
    time_zone = serializers.CharField()
    role = serializers.CharField(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField())


class ProposalRoleSerializer(serializers.Serializer[Any]):
    """A proposal and what one is in it."""

    number = serializers.CharField()
    title = serializers.CharField()
    role = serializers.CharField()
    is_closed = serializers.BooleanField()
    beamlines = serializers.ListField(child=serializers.CharField())
    scopes = serializers.ListField(child=serializers.CharField())


class KeyNarrowingSerializer(serializers.Serializer[Any]):
    """How the key of this request narrows its owner."""

    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()
    proposal = serializers.CharField(allow_null=True)
    beamline = serializers.CharField(allow_null=True)


class MeSerializer(serializers.Serializer[Any]):
    """Who one is."""

    username = serializers.CharField()
    uid = serializers.UUIDField()
    display_name = serializers.CharField()
    email = serializers.CharField()
    kind = serializers.CharField()
    is_facility_admin = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.CharField())
    beamlines = PlaceRoleSerializer(many=True)
    proposals = ProposalRoleSerializer(many=True)
    key = KeyNarrowingSerializer(allow_null=True)
