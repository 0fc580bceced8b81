"""The administration pages of groups and rules: checked as over REST, each change with before and after."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import models
from django.http import HttpRequest

from accounts import audit
from accounts.administration import FacilityAdmin
from accounts.errors import InvalidError
from accounts.models import Group, Rule
from accounts.requests import actor_of
from accounts.rule_selectors import group_dict, rule_dict
from accounts.rule_services import audit_rule, check_rule


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """A rule that can be decided by."""

    class Meta:
        model = Rule
        fields = (
            "beamline",
            "group",
            "built_in",
            "proposal",
            "kind",
            "effect",
            "act",
            "pattern",
            "minimum",
            "maximum",
            "note",
        )

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, which its stubs leave out
        if set(self.errors) - {NON_FIELD_ERRORS}:
            return
        try:
            check_rule(self.instance)
        except InvalidError as error:
            for name, texts in error.fields.items():
                self.add_error(name, texts)


@admin.register(Rule)
class RuleAdmin(FacilityAdmin):
    """Who may do what, one line a rule."""

    form = RuleForm
    list_display = ("beamline", "whom", "proposal", "text", "note")
    list_filter = ("beamline", "kind", "group", "built_in")
    list_select_related = ("beamline", "group", "proposal")
    search_fields = ("pattern", "note", "group__name")
    autocomplete_fields = ("group", "proposal")

    @admin.display(description="group")
    def whom(self, row: Rule) -> str:
        """Give the group."""
        return row.group.name if row.group else row.get_built_in_display()

    @admin.display(description="rule")
    def text(self, row: Rule) -> str:
        """Give the rule in words."""
        return str(rule_dict(row)["text"])

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Let rules be removed: what was removed stands in the audit log."""
        return self._is_administrator(request)

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: bool) -> None:
        """Save, and audit ``rule.added`` or ``rule.changed``."""
        known = Rule.objects.filter(pk=obj.pk).first() if change else None
        before = rule_dict(known) if known else None
        super().save_model(request, obj, form, change)
        audit_rule(actor_of(request), "rule.changed" if change else "rule.added", obj, before, rule_dict(obj))

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        """Remove, and audit ``rule.removed``."""
        before = rule_dict(obj)
        super().delete_model(request, obj)
        audit_rule(actor_of(request), "rule.removed", obj, before, None)

    def _audit(self, request: HttpRequest, obj: models.Model, verb: str, message: Any) -> None:
        """Leave it: the change is in the audit log already, with what it was before."""


@admin.register(Group)
class GroupAdmin(FacilityAdmin):
    """Groups of people."""

    list_display = ("name", "title", "beamline")
    list_filter = ("beamline",)
    search_fields = ("name", "title")
    autocomplete_fields = ("members",)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the members, and audit ``group.created`` or ``group.changed``."""
        row = form.instance
        before = group_dict(Group.objects.get(pk=row.pk)) if change else None
        if before is not None:
            before["title"] = form.initial.get("title", before["title"])
        super().save_related(request, form, formsets, change)
        audit.record(
            actor=actor_of(request),
            action="group.changed" if change else "group.created",
            object_kind="group",
            object_id=row.name,
            beamline=row.beamline.name if row.beamline else "",
            before=before,
            after=group_dict(Group.objects.get(pk=row.pk)),
        )

    def _audit(self, request: HttpRequest, obj: models.Model, verb: str, message: Any) -> None:
        """Leave it: the change is in the audit log already, with what it was before."""
