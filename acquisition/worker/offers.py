"""What a manifest offers to those who fill in forms: prepared measurements, and metadata to ask for."""

from collections.abc import Mapping
from typing import Any


def presets_of(given: Mapping[str, Any], plans: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give name, title, plan and parameters of each preset that can be used, in the manifest's order.

    Examples
    --------
    >>> presets_of({"peak": {"plan": "scan"}, "other": {"plan": "unheard_of"}}, {"scan": {}})
    [{'name': 'peak', 'title': 'peak', 'plan': 'scan', 'parameters': {}}]
    """
    return [
        {
            "name": name,
            "title": str(preset.get("title") or name),
            "plan": preset["plan"],
            "parameters": preset.get("parameters") or {},
        }
        for name, preset in given.items()
        if not _fault(preset, plans)
    ]


def preset_faults(given: Mapping[str, Any], plans: Mapping[str, Any]) -> list[str]:
    """Give a sentence for each preset that cannot be used."""
    return [f"preset {name}: {fault}" for name, preset in given.items() if (fault := _fault(preset, plans))]


def _fault(preset: Any, plans: Mapping[str, Any]) -> str:
    if not isinstance(preset, Mapping):
        return "it must be a table with plan and parameters"
    plan = preset.get("plan")
    if not isinstance(plan, str):
        return "plan is missing; give the name of a plan"
    if plan not in plans:
        return f"there is no plan {plan!r} here"
    if not isinstance(preset.get("parameters", {}), Mapping):
        return "parameters must be a table"
    return ""


def ordered_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Give the schema with the order of its properties as a list: the store keeps no order of keys.

    Examples
    --------
    >>> ordered_schema({"properties": {"sample": {}, "by": {}}})["x-order"]
    ['sample', 'by']
    """
    properties = schema.get("properties")
    return {**schema, "x-order": list(properties)} if isinstance(properties, Mapping) else dict(schema)
