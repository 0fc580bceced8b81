"""What an administrator does about another person's way in: with a right, a reason and an account."""

from __future__ import annotations

from accounts.access import Scope, require
from accounts.actor import Actor
from accounts.errors import InvalidError, NotFoundError
from accounts.json_gate import is_text
from accounts.models import User


def account_for(actor: Actor, username: str, *, reason: str, why: str) -> User:
    """Give the account of this name to `actor`, who administers accounts and says why.

    Parameters
    ----------
    why
        What the reason is to tell, for who gave none.

    Raises
    ------
    ForbiddenError
        The actor does not administer accounts.
    InvalidError
        There is no reason.
    NotFoundError
        There is no such account.
    """
    require(actor, Scope.ACCOUNT_ADMIN)
    if not reason.strip():
        raise InvalidError("Say why.", fields={"reason": [why]})
    user = User.objects.filter(username=username).first() if is_text(username) else None
    if user is None:
        raise NotFoundError(f"There is no account {username!r}.")
    return user
