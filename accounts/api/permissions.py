"""Who may ask at all, before it is looked at what they may see."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.access import has_public_data


class SignedInOrPublic(BasePermission):
    """Let in who is signed in; to look, also everybody else while there are data published for everyone."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the request goes on."""
        if request.user and request.user.is_authenticated:
            return True
        return request.method in SAFE_METHODS and has_public_data()
