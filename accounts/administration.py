"""How the administration pages behave: for facility administrators, every change audited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from accounts import audit
from accounts.models import Beamline, Proposal, User
from accounts.requests import actor_of


class FacilityAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Let facility administrators look and change, nobody remove; put each change into the audit log."""

    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the pages are shown at all."""
        return self._is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Tell whether rows may be looked at."""
        return self._is_administrator(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Tell whether rows may be added."""
        return self._is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Tell whether rows may be changed."""
        return self._is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Refuse: accounts, proposals and keys are closed, not removed; their history stays."""
        return False

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Audit ``<kind>.added_in_admin``."""
        self._audit(request, obj, "added_in_admin", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """Audit ``<kind>.changed_in_admin``."""
        self._audit(request, obj, "changed_in_admin", message)
        return super().log_change(request, obj, message)

    def _audit(self, request: HttpRequest, obj: models.Model, verb: str, message: Any) -> None:
        kind = obj._meta.model_name or ""
        audit.record(
            actor=actor_of(request),
            action=f"{kind}.{verb}",
            object_kind=kind,
            object_id=str(obj),
            beamline=obj.name if isinstance(obj, Beamline) else "",
            proposal=obj.number if isinstance(obj, Proposal) else "",
            after=message,
        )

    def _is_administrator(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and user.is_active and user.is_facility_admin
