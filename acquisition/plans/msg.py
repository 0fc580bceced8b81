"""The message: what a plan yields and an engine carries out."""

from collections import namedtuple
from collections.abc import Generator, Hashable
from typing import Any, TypeVar

_new_tuple = tuple.__new__

T = TypeVar("T")


class Msg(namedtuple("_MsgFields", ("command", "obj", "args", "kwargs", "run"))):
    """
    One instruction of a plan: a command, its object, its arguments and the run it belongs to.

    Immutable, a tuple of five, so that it unpacks, compares with, and may stand for, the message of
    any other package that follows the same protocol.

    Parameters
    ----------
    command : str
        Name of a command that the engine knows, such as ``"set"``.
    obj : object, optional
        The device the command is for.
    *args, **kwargs
        Arguments of the command.
    run : hashable, optional
        Key of the run that the message belongs to; None is the default run.

    Examples
    --------
    >>> command, obj, args, kwargs, run = Msg("sleep", None, 0.5)
    >>> command, args
    ('sleep', (0.5,))
    >>> Msg("create", name="primary")._replace(run="inner").run
    'inner'
    """

    __slots__ = ()

    def __new__(cls, command: str, obj: Any = None, *args: Any, run: Hashable = None, **kwargs: Any) -> "Msg":
        return _new_tuple(cls, (command, obj, args, kwargs, run))

    def __repr__(self) -> str:
        command, obj, args, kwargs, run = self
        return f"Msg({command!r}, obj={obj!r}, args={args}, kwargs={kwargs}, run={run!r})"


Plan = Generator[Msg, Any, T]
"""A plan: yields messages, is sent the answer of each, and returns a value of type T."""
