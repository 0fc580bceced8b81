"""The routes of groups and rules: decode, call one service or selector, encode."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import rule_selectors, rule_services
from accounts.api.serializers import StrictSerializer
from accounts.models import RuleAct, RuleEffect, RuleKind
from accounts.requests import actor_of


class GroupSerializer(serializers.Serializer[Any]):
    """A group of people; the members of a built-in one go by their roles and are not listed."""

    name = serializers.CharField()
    title = serializers.CharField()
    beamline = serializers.CharField(allow_null=True)
    is_built_in = serializers.BooleanField()
    members = serializers.ListField(child=serializers.CharField(), allow_null=True)


class GroupListSerializer(serializers.Serializer[Any]):
    """The groups that the rules of a beamline may use."""

    results = GroupSerializer(many=True)


class NewGroupSerializer(StrictSerializer):
    """The order for a group."""

    name = serializers.SlugField(max_length=64)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    members = serializers.ListField(
        child=serializers.CharField(max_length=150), required=False, max_length=rule_services.MAX_MEMBERS
    )
    is_everywhere = serializers.BooleanField(required=False)


class ReasonSerializer(StrictSerializer):
    """Why something is changed."""

    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class GroupChangeSerializer(ReasonSerializer):
    """What is changed of a group; the members are given whole."""

    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    members = serializers.ListField(
        child=serializers.CharField(max_length=150), required=False, max_length=rule_services.MAX_MEMBERS
    )


class RuleSerializer(serializers.Serializer[Any]):
    """A rule."""

    uid = serializers.UUIDField()
    group = serializers.CharField()
    proposal = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    effect = serializers.ChoiceField(choices=RuleEffect.choices)
    act = serializers.ChoiceField(choices=RuleAct.choices)
    pattern = serializers.CharField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    text = serializers.CharField(help_text="The rule as refusals tell it.")


class RuleListSerializer(serializers.Serializer[Any]):
    """The rules of a beamline."""

    results = RuleSerializer(many=True)


class RuleChangeSerializer(ReasonSerializer):
    """What is changed of a rule."""

    group = serializers.CharField(max_length=64, required=False)
    kind = serializers.ChoiceField(choices=RuleKind.choices, required=False)
    pattern = serializers.CharField(max_length=200, required=False)
    effect = serializers.ChoiceField(choices=RuleEffect.choices, required=False)
    act = serializers.ChoiceField(choices=RuleAct.choices, required=False)
    minimum = serializers.FloatField(required=False, allow_null=True)
    maximum = serializers.FloatField(required=False, allow_null=True)
    proposal = serializers.CharField(max_length=64, required=False, allow_null=True)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)


class NewRuleSerializer(RuleChangeSerializer):
    """The order for a rule."""

    group = serializers.CharField(max_length=64)
    kind = serializers.ChoiceField(choices=RuleKind.choices)
    pattern = serializers.CharField(max_length=200)


EXAMPLES = [
    OpenApiExample(
        "A range of a motor for one group",
        value={"group": "beginners", "kind": "value", "pattern": "sx", "minimum": -1.0, "maximum": 1.0},
        request_only=True,
    ),
    OpenApiExample(
        "The plans that members may run",
        value={"group": "members", "kind": "plan", "effect": "allow", "pattern": "*scan"},
        request_only=True,
    ),
]
GROUP_EXAMPLE = OpenApiExample(
    "Two people", value={"name": "beginners", "title": "First visit", "members": ["ada"]}, request_only=True
)


class GroupsView(APIView):
    """The groups that the rules of a beamline may use."""

    @extend_schema(operation_id="groups", responses=GroupListSerializer)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the beamline's groups, the facility's, and those built in."""
        return Response({"results": rule_selectors.groups(actor_of(request), beamline)})

    @extend_schema(
        operation_id="group_create",
        request=NewGroupSerializer,
        responses={201: GroupSerializer},
        examples=[GROUP_EXAMPLE],
    )
    def post(self, request: Request, beamline: str) -> Response:
        """Add a group."""
        wanted = _decoded(NewGroupSerializer, request)
        row = rule_services.create_group(actor=actor_of(request), beamline=beamline, **wanted)
        return Response(rule_selectors.group_dict(row), status=status.HTTP_201_CREATED)


class GroupView(APIView):
    """One group."""

    @extend_schema(operation_id="group_change", request=GroupChangeSerializer, responses=GroupSerializer)
    def patch(self, request: Request, beamline: str, group: str) -> Response:
        """Change title or members; the members are given whole."""
        wanted = _decoded(GroupChangeSerializer, request)
        row = rule_services.change_group(actor=actor_of(request), beamline=beamline, name=group, **wanted)
        return Response(rule_selectors.group_dict(row))

    @extend_schema(operation_id="group_remove", responses={204: None})
    def delete(self, request: Request, beamline: str, group: str) -> Response:
        """Remove a group that no rule uses."""
        rule_services.remove_group(actor=actor_of(request), beamline=beamline, name=group)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RulesView(APIView):
    """Who may do what at a beamline."""

    @extend_schema(operation_id="rules", responses=RuleListSerializer)
    def get(self, request: Request, beamline: str) -> Response:
        """Give the rules."""
        return Response({"results": rule_selectors.rules(actor_of(request), beamline)})

    @extend_schema(
        operation_id="rule_add",
        request=NewRuleSerializer,
        responses={201: RuleSerializer},
        examples=EXAMPLES,
    )
    def post(self, request: Request, beamline: str) -> Response:
        """Add a rule."""
        wanted = _decoded(NewRuleSerializer, request)
        row = rule_services.add_rule(actor=actor_of(request), beamline=beamline, **wanted)
        return Response(rule_selectors.rule_dict(row), status=status.HTTP_201_CREATED)


class RuleView(APIView):
    """One rule."""

    @extend_schema(operation_id="rule_change", request=RuleChangeSerializer, responses=RuleSerializer)
    def patch(self, request: Request, beamline: str, uid: str) -> Response:
        """Change a rule."""
        wanted = _decoded(RuleChangeSerializer, request)
        row = rule_services.change_rule(actor=actor_of(request), beamline=beamline, uid=uid, **wanted)
        return Response(rule_selectors.rule_dict(row))

    @extend_schema(operation_id="rule_remove", responses={204: None})
    def delete(self, request: Request, beamline: str, uid: str) -> Response:
        """Remove a rule."""
        rule_services.remove_rule(actor=actor_of(request), beamline=beamline, uid=uid)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _decoded(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    order = shape(data=request.data)
    order.is_valid(raise_exception=True)
    return dict(order.validated_data)
