"""Make sure that the person is still the one at the screen, before what a borrowed session must not do."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from accounts.door import entry, open_id, passwords
from accounts.errors import InvalidError
from accounts.models import User
from accounts.requests import address_of


def asks_password(user: User) -> bool:
    """Tell whether there is a password to ask this person for, here or in the directory."""
    return user.has_usable_password() or (settings.DIRECTORY is not None and open_id.provider() is None)


def asks_person(request: HttpRequest) -> bool:
    """Tell whether `require_person` will want the password: who signed in a moment ago is not asked."""
    user = request.user
    return isinstance(user, User) and asks_password(user) and not entry.is_fresh(request)


def require_person(request: HttpRequest, user: User) -> None:
    """Pass who signed in a moment ago, or gives the password again."""
    if not entry.is_fresh(request):
        require_password(request, user)


def require_password(request: HttpRequest, user: User) -> None:
    """Pass who gives the password again; who has none here must have signed in a moment ago.

    Raises
    ------
    InvalidError
        The password is wrong or missing, or the sign-in is too long ago.
    TooManyError
        Too many wrong ones; this one was not looked at.
    """
    if not asks_password(user):
        if not entry.is_fresh(request):
            raise InvalidError("You signed in some time ago.", hint="Sign out, sign in again, then do this.")
        return
    typed = request.POST.get("password", "")
    name = user.get_username()
    found = passwords.person_with(username=name, password=typed, address=address_of(request))
    if found != user:
        raise InvalidError("The password is wrong.", fields={"password": ["not the one you sign in with"]})
