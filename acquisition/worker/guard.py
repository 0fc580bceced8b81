"""What the item's submitter may touch: asked by the engine before each message, also of plan code.

Moving a device needs ``device:move`` here and now. A device of the manifest may ask for more::

    [devices.shutter]
    access = { move = "environment:manage" }     # only beamline staff's items move it
    access = { use = "environment:manage" }      # nobody else's items touch it at all

The rights are read once when the item starts, so the guard costs a look into a set.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from accounts.access import Scope
from acquisition.worker.limits import Limits, check_message

MOVING: Final = frozenset({"set", "trigger", "prepare", "kickoff", "configure"})
#: After these a device is the plan's: read by the baseline alone it is not.
HOLDING: Final = frozenset({"set", "stage", "prepare", "kickoff"})
KEYS: Final = frozenset({"move", "use"})


class DeviceForbiddenError(PermissionError):
    """The item's submitter may not touch this device."""


class ItemGuard:
    """Refuses messages about devices that the submitter may not touch.

    Parameters
    ----------
    held
        The submitter's scopes at the beamline for the item's proposal.
    access
        For each device name its table `access` of the manifest.
    limits
        The table `limits` of the manifest.
    """

    def __init__(
        self,
        *,
        username: str,
        held: frozenset[str],
        access: Mapping[str, Mapping[str, Any]],
        at_checkpoint: Callable[[], None],
        limits: Limits | None = None,
    ) -> None:
        self.touched: set[str] = set()
        self._username = username
        self._may_move = Scope.DEVICE_MOVE in held
        self._at_checkpoint = at_checkpoint
        self._limits = limits or {}
        self._no_use = {name: table["use"] for name, table in access.items() if _lacks(held, table, "use")}
        self._no_move = {name: table["move"] for name, table in access.items() if _lacks(held, table, "move")}

    def __call__(self, msg: Any) -> None:
        """Raise DeviceForbiddenError or OutsideLimitsError unless the message may be carried out."""
        if msg.command == "checkpoint":
            self._at_checkpoint()
            return
        if msg.obj is None:
            return
        name = root_name(msg.obj)
        if msg.command in HOLDING:
            self.touched.add(name)
        if name in self._no_use:
            self._refuse(name, msg.command, self._no_use[name])
        if msg.command in MOVING:
            if not self._may_move and msg.command == "set":
                self._refuse(name, msg.command, Scope.DEVICE_MOVE.value)
            if name in self._no_move:
                self._refuse(name, msg.command, self._no_move[name])
            if self._limits:
                check_message(msg, self._limits)

    def _refuse(self, name: str, command: str, scope: str) -> None:
        raise DeviceForbiddenError(
            f"{self._username} may not {command!r} the device {name}: it needs the scope {scope}; "
            "ask the beamline staff to run this item."
        )


def root_name(device: Any) -> str:
    """Give the name of the device at the top, for a signal or a part of it."""
    for _ in range(32):
        parent = getattr(device, "parent", None)
        if parent is None:
            break
        device = parent
    return str(getattr(device, "name", "") or "")


def access_faults(access: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Give what is wrong with the access tables of a manifest."""
    known = {scope.value for scope in Scope}
    faults = []
    for name, table in access.items():
        faults += [
            f"devices.{name}.access.{key} is not known; known: move, use" for key in table.keys() - KEYS
        ]
        faults += [
            f"devices.{name}.access.{key} is {table[key]!r}, which is no scope"
            for key in sorted(KEYS & table.keys())
            if table[key] not in known
        ]
    return faults


def _lacks(held: frozenset[str], table: Mapping[str, Any], key: str) -> bool:
    return key in table and table[key] not in held
