"""May this person run this plan, touch this device, ask for this value? Decided without a query."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from accounts.actor import Actor
from accounts.errors import ForbiddenError
from accounts.rules import RuleFact, bound_by
from acquisition.plans.registry import BoundParameters
from acquisition.plans.values import limits_of
from acquisition.queue.call_rulings import call_refusals
from acquisition.queue.rulings import (
    READ,
    Refusal,
    device_refusal,
    forbids,
    narrowed,
    plan_refusal,
    value_refusal,
)

Answer = TypeVar("Answer")


class NotPermittedError(ForbiddenError):
    """A rule of the beamline does not let this person do this; says which rule and whom to ask."""

    code = "not_permitted"


@dataclass(frozen=True)
class Permit:
    """What one person may do at one beamline.

    Parameters
    ----------
    alternatives
        Sets of rules; what one of them allows is allowed.
    staff
        Whom to ask.
    """

    username: str = ""
    beamline: str = ""
    alternatives: tuple[tuple[RuleFact, ...], ...] = ((),)
    staff: tuple[str, ...] = ()
    _kept: dict[tuple[str, str], Refusal | None] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_open(self) -> bool:
        """Tell whether no rule binds."""
        return () in self.alternatives

    def check_plan(self, name: str) -> None:
        """Raise NotPermittedError unless the plan may be run."""
        self._raise(self.plan_refusal(name), "plan")

    def check_device(self, dotted: str, act: str = READ) -> None:
        """Raise NotPermittedError unless the device or part may be read ("read") or moved ("move")."""
        self._raise(self.device_refusal(dotted, act), "device")

    def check_value(self, dotted: str, value: Any) -> None:
        """Raise NotPermittedError when a value is outside a range for the device or part."""
        if not self.is_open:
            self._raise(self._first(lambda rules: value_refusal(rules, dotted, value)), "value")

    def plan_refusal(self, name: str) -> Refusal | None:
        """Give why the plan may not be run; None when it may."""
        return self._first(lambda rules: plan_refusal(rules, name))

    def device_refusal(self, dotted: str, act: str = READ) -> Refusal | None:
        """Give why a device may not be read or moved; None when it may. The answer is kept."""
        if self.is_open:
            return None
        key = dotted, act
        if key not in self._kept:
            self._kept[key] = self._first(lambda rules: device_refusal(rules, dotted, act))
        return self._kept[key]

    def forbids_reading(self, dotted: str) -> bool:
        """Tell whether a rule names the device as not to be read; that no rule allows it does not count."""
        return all(any(forbids(rule, dotted, READ) for rule in rules) for rules in self.alternatives)

    def check_call(
        self,
        description: Mapping[str, Any],
        bound: BoundParameters,
        devices: Mapping[str, Any],
        points: int | None = None,
    ) -> None:
        """Check a plan and what it was given; raises as `check_parameters`."""
        self.check_plan(bound.plan)
        self.check_parameters(description, bound, devices, points)

    def check_parameters(
        self,
        description: Mapping[str, Any],
        bound: BoundParameters,
        devices: Mapping[str, Any],
        points: int | None = None,
    ) -> None:
        """Check what a plan was given: its devices, positions, other parameters and points.

        Raises
        ------
        NotPermittedError
            With everything that is refused, by parameter.
        """
        if self.is_open:
            return
        refused = [
            list(call_refusals(rules, description, bound, devices, points)) for rules in self.alternatives
        ]
        fewest = min(refused, key=len)
        if fewest:
            fields: dict[str, list[str]] = {}
            for name, refusal in fewest:
                fields.setdefault(name, []).append(f"{refusal.what}: {refusal.why}")
            first = fewest[0][1]
            raise self.error(first, fields)

    def plans(self, plans: Mapping[str, Answer]) -> dict[str, Answer]:
        """Give those of the plans that may be run."""
        return {name: plan for name, plan in plans.items() if self.plan_refusal(name) is None}

    def devices(self, devices: Mapping[str, Any]) -> dict[str, Any]:
        """Give the devices that may be read, whole or in part, without the parts that may not."""
        return dict(devices) if self.is_open else dict(self._readable(devices, ""))

    def _readable(self, devices: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
        for name, device in devices.items():
            dotted = f"{above}{name}"
            parts = dict(self._readable(device.get("components") or {}, f"{dotted}."))
            if parts or self.device_refusal(dotted) is None:
                shown = {**device, **self._limits_of(dotted, device)}
                yield name, {**shown, "components": parts} if "components" in device else shown

    def _limits_of(self, dotted: str, device: Mapping[str, Any]) -> dict[str, list[float]]:
        """Give the limits that hold for this person; with several sets of rules the widest of them."""
        own = limits_of(device) or (-math.inf, math.inf)
        found = [narrowed(rules, dotted, own) for rules in self.alternatives]
        low, high = min(low for low, _ in found), max(high for _, high in found)
        is_told = (low, high) != own and math.isfinite(low) and math.isfinite(high)
        return {"limits": [low, high]} if is_told else {}

    def error(self, refusal: Refusal, fields: Mapping[str, list[str]]) -> NotPermittedError:
        """Give the error that says what, why and whom to ask."""
        ask = ", ".join(self.staff) or "the facility administrators"
        told = f"{self.username} may not {refusal.what} at {self.beamline}: {refusal.why}."
        return NotPermittedError(
            f"{told} Ask the beamline staff ({ask}).", fields=fields, hint=f"Ask the beamline staff: {ask}."
        )

    def _raise(self, refusal: Refusal | None, field_name: str) -> None:
        if refusal is not None:
            raise self.error(refusal, {field_name: [refusal.why]})

    def _first(self, ask: Callable[[tuple[RuleFact, ...]], Refusal | None]) -> Refusal | None:
        found = [ask(rules) for rules in self.alternatives]
        return None if None in found else found[0]


OPEN: Final = Permit()


def permit_of(actor: Actor, beamline: str, *, proposal_id: int | None = None) -> Permit:
    """Give what `actor` may do at a beamline, for a proposal or for any of theirs; two queries at most."""
    bound = bound_by(actor, beamline, proposal_id=proposal_id)
    return Permit(actor.username, beamline, bound.alternatives, bound.staff)
