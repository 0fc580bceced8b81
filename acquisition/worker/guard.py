"""What the item's submitter may touch: asked by the engine before each message, also of plan code.

Moving a device needs ``device:move`` here and now. A device of the manifest may ask for more::

    [devices.shutter]
    access = { move = "environment:manage" }     # only beamline staff's items move it
    access = { use = "environment:manage" }      # nobody else's items touch it at all

Besides, the rules of the beamline say what the submitter may read and move, and how far (`Permit`).
The scopes are read once when the item starts, so the guard costs a look into a set; the rules are handed to
it anew when they change (`rules_in_force`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from accounts.access import Scope
from acquisition.queue.permits import OPEN, NotPermittedError, Permit
from acquisition.queue.rulings import MOVE, READ
from acquisition.worker.limits import Limits, OutsideLimitsError, check_message, dotted, wishes

MOVING: Final = frozenset({"set", "trigger", "prepare", "kickoff", "configure"})
#: After these a device is the plan's: read by the baseline alone it is not.
HOLDING: Final = frozenset({"set", "stage", "prepare", "kickoff"})
#: After these a device has other values than before: the rules' ranges are asked.
SETTING: Final = frozenset({"set", "configure"})
FLYING: Final = frozenset({"prepare", "kickoff"})
#: What brings a device to rest, which is nobody's to refuse.
RESTING: Final = frozenset({"stop", "unstage", "unmonitor"})
#: Commands whose arguments are devices, too.
MANY: Final = frozenset({"locate", "collect", "declare_stream"})
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
    permit
        What the rules of the beamline let the submitter do.
    baseline
        Names of the devices that the beamline itself reads at each run: they may be read where no rule
        forbids it.
    """

    def __init__(
        self,
        *,
        username: str,
        held: frozenset[str],
        access: Mapping[str, Mapping[str, Any]],
        at_checkpoint: Callable[[], None],
        limits: Limits | None = None,
        permit: Permit = OPEN,
        baseline: Collection[str] = (),
    ) -> None:
        self.touched: set[str] = set()
        self._username = username
        self._may_move = Scope.DEVICE_MOVE in held
        self._at_checkpoint = at_checkpoint
        self._limits = limits or {}
        self._permit = permit
        self._baseline = frozenset(baseline)
        self._no_use = {name: table["use"] for name, table in access.items() if _lacks(held, table, "use")}
        self._no_move = {name: table["move"] for name, table in access.items() if _lacks(held, table, "move")}

    def __call__(self, msg: Any) -> None:
        """Raise DeviceForbiddenError or OutsideLimitsError unless the message may be carried out."""
        if msg.command == "checkpoint":
            self._at_checkpoint()
            return
        if not self._permit.is_open:
            self._ask_permit(msg)
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

    def follow_rules(self, permit: Permit) -> bool:
        """Ask these rules from the next message on; tell whether they differ from those before."""
        before, self._permit = self._permit, permit
        return permit.alternatives != before.alternatives

    def _ask_permit(self, msg: Any) -> None:
        if msg.command in RESTING:
            return
        try:
            for device in devices_in(msg):
                name = dotted(device)
                if not self._is_baseline(name):
                    self._permit.check_device(name, READ)
            if msg.command in SETTING:
                for name, value in wishes(msg):
                    self._permit.check_device(name, MOVE)
                    self._check_value(name, value)
            elif msg.command in FLYING:
                self._permit.check_device(dotted(msg.obj), MOVE)
        except NotPermittedError as error:
            raise DeviceForbiddenError(error.detail) from error

    def _is_baseline(self, name: str) -> bool:
        return name in self._baseline and not self._permit.forbids_reading(name)

    def _check_value(self, name: str, value: Any) -> None:
        try:
            self._permit.check_value(name, value)
        except NotPermittedError as error:
            raise OutsideLimitsError(error.detail) from error

    def _refuse(self, name: str, command: str, scope: str) -> None:
        raise DeviceForbiddenError(
            f"{self._username} may not {command!r} the device {name}: it needs the scope {scope}; "
            "ask the beamline staff to run this item."
        )


def devices_in(msg: Any) -> Iterator[Any]:
    """Give every device that a message is about: some commands take more of them as arguments."""
    if msg.obj is not None:
        yield msg.obj
    if msg.command in MANY:
        yield from (one for one in msg.args if hasattr(one, "name"))


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
