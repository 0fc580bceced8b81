"""The administration pages: for facility administrators, every change audited, the audit log only read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import models
from django.http import HttpRequest

from accounts.administration import FacilityAdmin
from accounts.models import (
    APIKey,
    AuditEntry,
    Beamline,
    Membership,
    Proposal,
    Sample,
    SignInRecord,
    StaffAssignment,
    User,
    Visit,
    VisitMember,
)
from accounts.rule_admin import GroupAdmin, RuleAdmin

__all__ = ["GroupAdmin", "RuleAdmin"]


class ReadOnlyAdmin(FacilityAdmin):
    """Pages that only show."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse."""
        return False


class RoleInline(admin.TabularInline):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Roles within the page of their place; may be removed there, which the page's audit entry tells."""

    extra = 0
    autocomplete_fields = ("user",)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Follow the page."""
        return True

    has_change_permission = has_view_permission
    has_add_permission = has_view_permission
    has_delete_permission = has_view_permission


class MembershipInline(RoleInline):
    """The people of a proposal."""

    model = Membership


class StaffInline(RoleInline):
    """The people of a beamline."""

    model = StaffAssignment


@admin.register(User)
class AccountAdmin(FacilityAdmin, UserAdmin):  # type: ignore[type-arg]  # as above
    """Accounts: to end one, take away 'active'."""

    list_display = ("username", "first_name", "last_name", "is_facility_admin", "is_active", "last_login")
    list_filter = ("is_active", "is_facility_admin")
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    readonly_fields = ("uid", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "uid")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", "is_facility_admin", "is_staff")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )


@admin.register(Beamline)
class BeamlineAdmin(FacilityAdmin):
    """Beamlines and their staff."""

    list_display = ("name", "title", "time_zone", "is_active")
    search_fields = ("name", "title")
    inlines = (StaffInline,)


@admin.register(Proposal)
class ProposalAdmin(FacilityAdmin):
    """Proposals, their beamlines, dates and people."""

    list_display = ("number", "title", "starts_at", "ends_at", "is_closed")
    list_filter = ("is_closed", "beamlines")
    search_fields = ("number", "title")
    filter_horizontal = ("beamlines",)
    readonly_fields = ("uid",)
    inlines = (MembershipInline,)


class VisitMemberInline(RoleInline):
    """The people of a visit."""

    model = VisitMember


@admin.register(Visit)
class VisitAdmin(FacilityAdmin):
    """Visits, their dates and people; new ones are made on the pages of the facility."""

    list_display = ("number", "beamline", "starts_at", "ends_at", "local_contact", "is_cancelled")
    list_filter = ("beamline", "is_cancelled")
    list_select_related = ("beamline", "local_contact")
    search_fields = ("number", "proposal__title", "external_id")
    readonly_fields = ("uid", "number", "proposal", "beamline")
    autocomplete_fields = ("local_contact",)
    inlines = (VisitMemberInline,)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse: a visit brings people and time into its proposal, which its own page does."""
        return False


@admin.register(Sample)
class SampleAdmin(ReadOnlyAdmin):
    """Samples; they are written by the people of their proposal."""

    list_display = ("name", "proposal", "composition", "holder", "position", "is_archived")
    list_select_related = ("proposal",)
    search_fields = ("name", "composition", "external_id", "proposal__number")


@admin.register(APIKey)
class APIKeyAdmin(ReadOnlyAdmin):
    """Keys, without their hashes; they are revoked by their owners or over the API."""

    list_display = (
        "prefix",
        "user",
        "scopes",
        "proposal",
        "beamline",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("user", "proposal", "beamline")
    search_fields = ("prefix", "user__username", "note")
    exclude = ("hashed",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """What was done."""

    list_display = ("at", "username", "action", "object_id", "beamline", "proposal", "address")
    list_filter = ("actor_kind",)
    search_fields = ("username", "action", "object_id", "beamline", "proposal")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(SignInRecord)
class SignInRecordAdmin(ReadOnlyAdmin):
    """Who is being slowed down at the door."""

    list_display = ("address", "failures", "last_failure_at", "blocked_until", "last_success_at")
