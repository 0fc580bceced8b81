"""Plans and devices as the queue server describes them, from our descriptions."""

from collections.abc import Mapping
from typing import Any, Final

#: Kinds of parameters as `inspect` names and counts them.
KINDS: Final[dict[str, dict[str, Any]]] = {
    "positional": {"name": "POSITIONAL_OR_KEYWORD", "value": 1},
    "var_positional": {"name": "VAR_POSITIONAL", "value": 2},
    "keyword": {"name": "KEYWORD_ONLY", "value": 3},
}
_TYPES: Final = {"number": "float", "integer": "int", "string": "str", "boolean": "bool"}
_DEVICES: Final = {"Readable": "__READABLE__", "Movable": "__MOVABLE__", "Flyable": "__FLYABLE__"}


def plan_as_qs(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Give a plan in the queue server's words."""
    told: dict[str, Any] = {
        "name": plan["name"],
        "properties": {"is_generator": True},
        "parameters": [_parameter(entry) for entry in plan["parameters"]],
        "module": plan["module"],
    }
    text = "\n\n".join(part for part in (plan["title"], plan["doc"]) if part)
    return {**told, "description": text} if text else told


def plan_reduced(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Give a plan in the short form that web forms ask for."""
    whole = plan_as_qs(plan)
    parameters = []
    for entry, told in zip(plan["parameters"], whole["parameters"], strict=True):
        short: dict[str, Any] = {"name": told["name"], "is_required": bool(entry["required"])}
        short |= {
            name: told[name] for name in ("default", "description", "min", "max", "step") if name in told
        }
        short["kind"] = told["kind"]
        short["type"] = _short_type(entry)
        parameters.append(short)
    kept: dict[str, Any] = {name: whole[name] for name in ("name", "description") if name in whole}
    return {**kept, "parameters": parameters}


def device_as_qs(device: Mapping[str, Any]) -> dict[str, Any]:
    """Give a device, with its components, in the queue server's words."""
    protocols = set(device["protocols"])
    module, _, classname = device["class"].rpartition(".")
    told: dict[str, Any] = {
        "is_readable": "Readable" in protocols,
        "is_movable": "Movable" in protocols,
        "is_flyable": "Flyable" in protocols,
        "classname": classname,
        "module": module,
    }
    components = {name: device_as_qs(child) for name, child in device["components"].items()}
    return {**told, "components": components} if components else told


def _parameter(entry: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": entry["name"], "kind": KINDS[entry["kind"]]}
    if _about(entry):
        told["description"] = _about(entry)
    told["annotation"] = {"type": annotation(entry)}
    if _names_devices(entry):
        told["convert_device_names"] = True
    if not entry["required"] and entry["kind"] != "var_positional":
        told["default"] = repr(entry["default"])
    for theirs, ours in (("min", "minimum"), ("max", "maximum")):
        if entry.get(ours) is not None:
            told[theirs] = repr(entry[ours])
    if entry["type"] == "integer":
        told["step"] = "1"
    return told


def _about(entry: Mapping[str, Any]) -> str:
    parts = [entry["doc"]]
    if entry.get("units"):
        parts.append(f"Unit: {entry['units']}.")
    if entry.get("repeat"):
        names = ", ".join(member["name"] for member in entry["repeat"])
        parts.append(f"In groups of {len(entry['repeat'])}: {names}, ...")
    return " ".join(part for part in parts if part)


def annotation(entry: Mapping[str, Any]) -> str:
    """Give the type of a parameter as text.

    Examples
    --------
    >>> annotation({"type": "integer", "nullable": True})
    'typing.Optional[int]'
    """
    if entry["type"] == "group":
        kinds = list(dict.fromkeys(_one(member) for member in entry["repeat"]))
    else:
        kinds = list(dict.fromkeys(_one(each) for each in (entry, *entry.get("also", ()))))
    text = kinds[0] if len(kinds) == 1 else f"typing.Union[{', '.join(kinds)}]"
    return f"typing.Optional[{text}]" if entry.get("nullable") else text


def _one(spec: Mapping[str, Any]) -> str:
    kind = spec["type"]
    if kind == "device":
        return _device(spec)
    if kind == "devices":
        return f"typing.List[{_device(spec)}]"
    if kind == "array":
        items = spec.get("items")
        return f"typing.List[{_one(items)}]" if items else "list"
    if kind == "enum":
        return f"typing.Literal[{', '.join(repr(choice) for choice in spec['choices'])}]"
    return _TYPES.get(kind, "typing.Any")


def _device(spec: Mapping[str, Any]) -> str:
    return _DEVICES.get(spec.get("protocol") or "", "__DEVICE__")


def _names_devices(entry: Mapping[str, Any]) -> bool:
    specs = (entry, *entry.get("also", ()), *(entry.get("repeat") or ()))
    return any(spec["type"] in ("device", "devices") or spec.get("names_devices") for spec in specs)


def _short_type(entry: Mapping[str, Any]) -> str:
    return "list" if entry["type"] in ("devices", "array", "group") else _TYPES.get(entry["type"], "str")
