"""A beamline: its queue, its engine, its plans and devices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from beamport.errors import ConflictError, UnavailableError

if TYPE_CHECKING:
    from beamport.connection import Client
    from beamport.run import Run

WAITING = frozenset({"proposed", "queued", "running"})
_LONGEST_PAUSE_S = 1.0


@dataclass(frozen=True)
class Item:
    """A plan in the queue, or one that has run; as last read.

    Attributes
    ----------
    uid, plan, state, parameters
        Who it is, and how it stands.
    facts
        Everything that the server tells of it.
    """

    beamline: Beamline = field(repr=False)
    facts: dict[str, Any] = field(repr=False)

    @property
    def uid(self) -> str:
        """Its uid; empty for an item that one may not see."""
        return str(self.facts.get("uid", ""))

    @property
    def plan(self) -> str:
        """Its plan."""
        return str(self.facts.get("plan", ""))

    @property
    def state(self) -> str:
        """``queued``, ``running``, ``completed``, ``failed`` ..."""
        return str(self.facts["state"])

    @property
    def is_done(self) -> bool:
        """Whether it will not run any more."""
        return self.state not in WAITING

    @property
    def reason(self) -> str:
        """Why it ended as it did."""
        return str(self.facts.get("reason") or "")

    @property
    def run_uids(self) -> list[str]:
        """The uids of the runs that it made."""
        return list(self.facts.get("run_uids") or [])

    @property
    def runs(self) -> list[Run]:
        """The runs that it made."""
        catalog = self.beamline.client.catalog
        return [catalog[uid] for uid in self.run_uids]

    def __repr__(self) -> str:
        return f"<Item {self.uid[:8]} {self.plan} {self.state}>"

    def refresh(self) -> Item:
        """Give it as it stands now."""
        return self.beamline.item(self.uid)

    def wait(self, timeout_s: float | None = None) -> Item:
        """Wait until it has ended, and give it as it then stands.

        Raises
        ------
        UnavailableError
            It has not ended within `timeout_s`.
        """
        return self.beamline.wait(self.uid, timeout_s=timeout_s)

    def follow(self, *, timeout_s: float | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
        """Wait until it has a run, and give the documents of its first run as they come, up to the stop.

        Raises
        ------
        UnavailableError
            It made no run within `timeout_s`, ended without one, or nothing came for as long.
        """
        for pause_s in _pauses(timeout_s, f"Item {self.uid} has no run"):
            item = self.refresh()
            if item.run_uids:
                yield from item.runs[0].follow(timeout_s=timeout_s)
                return
            if item.is_done:
                raise UnavailableError(f"Item {self.uid} ended without a run: {item.state} {item.reason}")
            time.sleep(pause_s)

    def remove(self) -> None:
        """Take it out of the queue."""
        self.beamline.remove(self.uid)


class Beamline:
    """One beamline.

    What steers the engine (`pause`, `resume`, `stop`, `abort`, `halt`) waits until the engine has taken it,
    and raises `ConflictError` when it was refused.
    """

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.name = name
        self._path = f"beamlines/{quote(name, safe='')}"

    def __repr__(self) -> str:
        return f"<Beamline {self.name} of {self.client.url}>"

    def status(self) -> dict[str, Any]:
        """Tell worker, engine, running item, progress, queue and who has the beamline in hand."""
        return dict(self._get("status"))

    def plans(self) -> dict[str, dict[str, Any]]:
        """Give the plans by name, with their parameters."""
        plans = self._get("plans")["plans"]
        return {plan["name"]: plan for plan in plans} if isinstance(plans, list) else dict(plans)

    def plan(self, name: str) -> dict[str, Any]:
        """Describe one plan."""
        return dict(self._get(f"plans/{quote(name, safe='')}"))

    def devices(self) -> dict[str, dict[str, Any]]:
        """Give the devices by name."""
        told = self._get("devices")
        devices = told.get("devices", told)
        return {device["name"]: device for device in devices} if isinstance(devices, list) else dict(devices)

    def values(self) -> dict[str, dict[str, Any]]:
        """Give the last values of the status board, by name."""
        return dict(self._get("values")["values"])

    def queue(self) -> dict[str, Any]:
        """Give the queue: whether it is held, what runs, what waits (`items`, as `Item`)."""
        told = dict(self._get("queue"))
        told["items"] = [Item(self, facts) for facts in told["items"]]
        told["running"] = Item(self, told["running"]) if told.get("running") else None
        return told

    def items(self) -> list[Item]:
        """Give the items that wait, the next first."""
        waiting: list[Item] = self.queue()["items"]
        return waiting

    def item(self, uid: str) -> Item:
        """Give one item."""
        return Item(self, self._get(f"queue/items/{quote(uid, safe='')}"))

    def history(self, limit: int = 50) -> list[Item]:
        """Give the items that have ended, the last first."""
        return [Item(self, facts) for facts in self._get("history", limit=limit)["results"]]

    def add(
        self,
        plan: str,
        parameters: dict[str, Any] | None = None,
        *,
        proposal: str | None = None,
        metadata: dict[str, Any] | None = None,
        position: str | int = "back",
        now: bool = False,
    ) -> Item:
        """Queue a plan.

        Parameters
        ----------
        parameters
            By name: ``{"detectors": ["det"], "args": [["sx", -1, 1]], "num": 21}``. Devices by their names.
        proposal
            The number of the proposal whose data it will be.
        metadata
            What goes into the start document.
        position
            ``"back"``, ``"front"`` or a number.
        now
            Put it to the front and start the queue.
        """
        body = {"plan": plan, "parameters": parameters or {}, "metadata": metadata or {}}
        if proposal is not None:
            body["proposal"] = proposal
        if now:
            return Item(self, self._post("queue/run-now", body))
        return Item(self, self._post("queue/items", {**body, "position": position}))

    def dry_run(self, plan: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """Tell what a plan would do: points, streams, seconds, paths, problems."""
        return dict(self._post("dry-run", {"plan": plan, "parameters": parameters or {}}))

    def remove(self, uid: str) -> None:
        """Take an item out of the queue."""
        self.client.delete(f"{self._path}/queue/items/{quote(uid, safe='')}")

    def move(self, uid: str, position: str | int) -> Item:
        """Move an item to ``"front"``, ``"back"`` or a number."""
        return Item(self, self._post(f"queue/items/{quote(uid, safe='')}/move", {"position": position}))

    def clear(self) -> None:
        """Take all waiting items that are yours to take out of the queue."""
        self._post("queue/clear")

    def start(self) -> dict[str, Any]:
        """Let the queue run."""
        return dict(self._post("queue/start") or {})

    def hold(self, reason: str = "") -> dict[str, Any]:
        """Start no further item; the running one goes on."""
        return dict(self._post("queue/hold", {"reason": reason}) or {})

    def pause(self, *, defer: bool = False, reason: str = "") -> dict[str, Any]:
        """Pause the running plan, at once or with `defer` at its next checkpoint."""
        return self._command("pause", reason, defer=defer)

    def resume(self) -> dict[str, Any]:
        """Go on with a paused plan."""
        return self._command("resume", "")

    def stop(self, reason: str = "") -> dict[str, Any]:
        """End the running plan; its runs count as good."""
        return self._command("stop", reason)

    def abort(self, reason: str) -> dict[str, Any]:
        """End the running plan; its runs are marked aborted, for this reason."""
        return self._command("abort", reason)

    def halt(self, reason: str) -> dict[str, Any]:
        """End the running plan without its clean-up."""
        return self._command("halt", reason)

    def control(self) -> dict[str, Any]:
        """Tell who has the beamline in hand."""
        return dict(self._get("control"))

    def take_control(self, reason: str = "") -> dict[str, Any]:
        """Take the beamline in hand for two minutes; from somebody else only with a reason and the right."""
        return dict(self._post("control/take", {"reason": reason} if reason else {}))

    def keep_control(self) -> dict[str, Any]:
        """Keep it for two minutes more."""
        return dict(self._post("control/keep"))

    def release_control(self) -> None:
        """Give it free."""
        self._post("control/release")

    def request_control(self, reason: str = "") -> dict[str, Any]:
        """Ask whoever has the beamline in hand for it; the request stands for ten minutes."""
        return dict(self._post("control/request", {"reason": reason} if reason else {}))

    def withdraw_request(self) -> None:
        """Take one's own request for control back."""
        self.client.delete(f"{self._path}/control/request")

    def give_control(self, to: str) -> dict[str, Any]:
        """Hand control over to somebody who has asked for it."""
        return dict(self._post("control/give", {"to": to}))

    def console(self, since: int | None = None) -> list[dict[str, Any]]:
        """Give the lines that plans printed, after number `since`."""
        return list(self._get("console", since=since)["lines"])

    def wait(self, uid: str, *, timeout_s: float | None = None) -> Item:
        """Wait until an item has ended; see `Item.wait`."""
        for pause_s in _pauses(timeout_s, f"Item {uid} has not ended"):
            item = self.item(uid)
            if item.is_done:
                return item
            time.sleep(pause_s)
        raise AssertionError("the pauses end by raising")

    def _command(self, action: str, reason: str, **more: Any) -> dict[str, Any]:
        body = {
            **({"reason": reason} if reason else {}),
            **{key: value for key, value in more.items() if value},
        }
        told = dict(self._post(f"engine/{action}", body))
        for pause_s in _pauses(30.0, f"Nobody has taken the command {action}"):
            outcome = told.get("outcome")
            if outcome in ("refused", "failed", "expired"):
                raise ConflictError(f"{action}: {told.get('detail') or outcome}", code=f"command_{outcome}")
            if outcome:
                return told
            time.sleep(pause_s)
            told = dict(self._get(f"engine/commands/{told['uid']}"))
        raise AssertionError("the pauses end by raising")

    def _get(self, path: str, **params: Any) -> Any:
        return self.client.get(f"{self._path}/{path}", **params)

    def _post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"{self._path}/{path}", body)


def _pauses(timeout_s: float | None, what: str) -> Iterator[float]:
    begun = time.monotonic()
    pause_s = 0.05
    while timeout_s is None or time.monotonic() - begun < timeout_s:
        yield pause_s
        pause_s = min(_LONGEST_PAUSE_S, pause_s * 1.5)
    raise UnavailableError(f"{what} within {timeout_s:g} s.")
