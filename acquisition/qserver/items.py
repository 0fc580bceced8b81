"""Items of the queue as the queue server writes them, and as we do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from accounts.errors import InvalidError
from acquisition.queue.draft import Draft
from acquisition.queue.models import ItemKind

#: How an item is called that belongs to a proposal that the reader may not see.
HIDDEN: Final = "hidden"
EXIT_STATUSES: Final = frozenset({"completed", "failed", "stopped", "aborted", "halted"})


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks to be queued.

    Parameters
    ----------
    draft
        The item as we queue it.
    proposal
        Number of the proposal that its metadata name; empty when they name none.
    """

    draft: Draft
    proposal: str = field(default="")


def wish_of(item: Any, plans: Mapping[str, Mapping[str, Any]]) -> Wish:
    """Read an item of the queue server.

    Parameters
    ----------
    item
        ``item_type``, ``name``, ``args``, ``kwargs``, ``meta``; the rest is set by the server.
    plans
        Descriptions of the plans, which say what the positional arguments are.

    Raises
    ------
    InvalidError
        It is no such item, or its arguments do not go with the plan's parameters.
    """
    if not isinstance(item, Mapping):
        raise InvalidError("An item is an object with item_type, name, args and kwargs.")
    kind, name = item.get("item_type", "plan"), item.get("name")
    if not isinstance(name, str) or not name:
        raise InvalidError("An item has a name: that of its plan.")
    metadata = _metadata(item.get("meta"))
    if kind == "instruction":
        if name != ItemKind.STOP:
            raise InvalidError(f"There is no instruction {name!r}; the queue knows 'queue_stop'.")
        return Wish(Draft(kind=ItemKind.STOP.value), _proposal(metadata))
    if kind != "plan":
        raise InvalidError(f"Items of the type {kind!r} cannot be queued: 'plan' or 'instruction'.")
    kwargs = dict(_typed(item, "kwargs", Mapping, {}))
    metadata |= _metadata(kwargs.pop("md", None))
    plan = plans.get(name)
    if plan is None:
        raise InvalidError(f"There is no plan {name!r} here; known are {', '.join(sorted(plans))}.")
    parameters = bind_arguments(plan, _typed(item, "args", Sequence, []), kwargs)
    proposal = _proposal(metadata)
    return Wish(Draft(plan=name, parameters=parameters, metadata=metadata), proposal)


def bind_arguments(plan: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Give parameters by name for positional and named arguments.

    The arguments from the plan's var_positional parameter on are cut into its groups; one that is left over
    is the number of points, where the plan takes that last and by name: ``scan(detectors, motor, 0, 1, 11)``.

    Raises
    ------
    InvalidError
        There are more arguments than parameters, or one is given twice.
    """
    bound = dict(kwargs)
    left = list(args)
    entries = plan["parameters"]
    for entry in entries:
        if entry["kind"] == "keyword" or not left:
            break
        if entry["kind"] == "var_positional":
            _bind_once(plan, bound, entry["name"], _groups(plan, entry, left, bound))
            left = []
        else:
            _bind_once(plan, bound, entry["name"], left.pop(0))
    if left:
        raise InvalidError(f"{plan['name']} takes fewer positional arguments than the {len(args)} given.")
    for entry in entries:
        if entry["type"] == "group" and _is_flat(bound.get(entry["name"])):
            bound[entry["name"]] = _groups(plan, entry, bound[entry["name"]], bound)
    return bound


def _bind_once(plan: Mapping[str, Any], bound: dict[str, Any], name: str, value: Any) -> None:
    if name in bound:
        raise InvalidError(f"{plan['name']} got {name!r} twice: by place and by name.")
    bound[name] = value


def _groups(
    plan: Mapping[str, Any], entry: Mapping[str, Any], flat: Sequence[Any], bound: dict[str, Any]
) -> list[Any]:
    size = len(entry["repeat"])
    values = list(flat)
    if all(isinstance(value, list | tuple) and len(value) == size for value in values) and size > 1:
        return values
    last = _points_by_name(plan)
    if len(values) % size == 1 and size > 1 and last is not None and last not in bound:
        bound[last] = values.pop()
    if len(values) % size:
        names = ", ".join(member["name"] for member in entry["repeat"])
        raise InvalidError(
            f"{plan['name']} takes {names} in groups of {size}; {len(values)} values are no whole groups."
        )
    return [values[n : n + size] for n in range(0, len(values), size)]


def _points_by_name(plan: Mapping[str, Any]) -> str | None:
    named = (entry["name"] for entry in plan["parameters"] if entry["kind"] == "keyword" and entry["points"])
    return next(named, None)


def _is_flat(value: Any) -> bool:
    return (
        isinstance(value, list | tuple) and bool(value) and not isinstance(value[0], list | tuple | Mapping)
    )


def arguments_of(
    plan: Mapping[str, Any] | None, parameters: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Give positional and named arguments for parameters by name, as a person would write the call.

    What the plan must have stands by its place, the rest by name; groups are written one after the other.
    """
    named = dict(parameters)
    args: list[Any] = []
    for entry in plan["parameters"] if plan else ():
        is_by_place = entry["kind"] == "var_positional" or (
            entry["kind"] == "positional" and entry["required"]
        )
        if not is_by_place or entry["name"] not in named:
            break
        value = named.pop(entry["name"])
        args.extend(_flat(value) if entry["kind"] == "var_positional" else [value])
    return args, named


def _flat(groups: Sequence[Any]) -> Iterator[Any]:
    for group in groups:
        if isinstance(group, Mapping):
            yield from group.values()
        elif isinstance(group, list | tuple):
            yield from group
        else:
            yield group


def item_as_qs(item: Mapping[str, Any], plans: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write one of our items (`selectors.item_dict`) as the queue server does.

    Its user is who submitted it, its group the proposal. One that is hidden keeps only its place.
    """
    if item.get("hidden"):
        return {
            "item_type": "plan",
            "name": HIDDEN,
            "args": [],
            "kwargs": {},
            "item_uid": f"{HIDDEN}-{item['position'] if item['position'] is not None else 'running'}",
            "user": "",
            "user_group": "",
        }
    told: dict[str, Any] = {
        "item_type": "plan",
        "name": item["plan"],
        "user": item["submitted_by"],
        "user_group": item["proposal"],
        "item_uid": item["uid"],
    }
    if item["kind"] == ItemKind.STOP:
        return {**told, "item_type": "instruction", "name": ItemKind.STOP.value}
    args, kwargs = arguments_of(plans.get(item["plan"]), item["parameters"])
    told |= {"args": args, "kwargs": kwargs}
    if item["metadata"]:
        told["meta"] = dict(item["metadata"])
    if item["started_at"]:
        told["properties"] = {"time_start": _posix(item["started_at"])}
    return told


def finished_as_qs(
    item: Mapping[str, Any], plans: Mapping[str, Mapping[str, Any]], scan_ids: Mapping[str, int | None]
) -> dict[str, Any]:
    """Write a finished item with its result."""
    told = item_as_qs(item, plans)
    told.pop("properties", None)
    status = item["exit_status"]
    told["result"] = {
        "exit_status": status if status in EXIT_STATUSES else "unknown",
        "run_uids": list(item["run_uids"]),
        "scan_ids": [scan_ids.get(uid) for uid in item["run_uids"]],
        "time_start": _posix(item["started_at"]),
        "time_stop": _posix(item["finished_at"]),
        "msg": item["reason"],
        "traceback": item["traceback"],
    }
    return told


def _posix(stamp: str | None) -> float | None:
    return datetime.fromisoformat(stamp).timestamp() if stamp else None


def _typed(item: Mapping[str, Any], name: str, kind: type[Any], default: Any) -> Any:
    value = item.get(name)
    if value is None:
        return default
    if not isinstance(value, kind) or isinstance(value, str):
        raise InvalidError(f"{name} of an item is {'an object' if kind is Mapping else 'a list'}.")
    return value


def _metadata(meta: Any) -> dict[str, Any]:
    """Give the metadata; of a list of objects the first counts most, as at the queue server."""
    if meta is None:
        return {}
    parts = meta if isinstance(meta, list) else [meta]
    if not all(isinstance(part, Mapping) for part in parts):
        raise InvalidError("meta of an item is an object, or a list of objects.")
    found: dict[str, Any] = {}
    for part in reversed(parts):
        found |= part
    return found


def _proposal(metadata: dict[str, Any]) -> str:
    return str(metadata.pop("proposal", "") or "")
