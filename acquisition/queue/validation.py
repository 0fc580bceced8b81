"""Check an item against what the worker last found at the beamline; no worker is needed for it."""

import itertools
from collections.abc import Mapping
from typing import Any

import jsonschema

from accounts.errors import ConflictError, InvalidError
from acquisition.plans.registry import ParameterError, bind
from acquisition.queue.models import Environment

MAX_FAULTS = 50
MAX_MESSAGE = 300
METADATA_RESERVED = frozenset(
    {
        "uid",
        "time",
        "scan_id",
        "plan_name",
        "plan_type",
        "beamline",
        "proposal",
        "username",
        "item_uid",
        "versions",
    }
)


def environment_of(beamline: str) -> Environment:
    """Give what the worker last found.

    Raises
    ------
    ConflictError
        No worker ever opened this beamline.
    """
    environment = Environment.objects.filter(beamline__name=beamline, opened_at__isnull=False).first()
    if environment is None:
        raise ConflictError(
            f"Beamline {beamline} was never opened, so its plans and devices are not known.",
            hint="Start the beamline's worker; items can be queued as soon as it has opened once.",
            code="never_opened",
        )
    return environment


def plan_description(environment: Environment, plan: str) -> dict[str, Any]:
    """Give the description of `plan`, or say which names there are."""
    try:
        return environment.plans[plan]
    except KeyError as error:
        names = ", ".join(sorted(environment.plans)) or "none"
        raise InvalidError(
            f"There is no plan {plan!r} at this beamline.", fields={"plan": [f"unknown; known are {names}"]}
        ) from error


def check_item(beamline: str, plan: str, parameters: dict[str, Any], metadata: dict[str, Any]) -> None:
    """Raise InvalidError with a message per parameter unless the item can be run here."""
    environment = environment_of(beamline)
    description = plan_description(environment, plan)
    try:
        bind(description, parameters, environment.devices)
    except ParameterError as error:
        raise InvalidError(f"{plan} cannot run with these parameters.", fields=error.fields) from error
    check_metadata(environment.metadata_schema, metadata)
    taken = sorted(METADATA_RESERVED & metadata.keys())
    if taken:
        raise InvalidError(
            f"Metadata may not set {', '.join(taken)}: the system writes them.",
            fields={"metadata": [f"{key} is written by the system" for key in taken]},
        )


def check_metadata(schema: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
    """Raise InvalidError with a message per key unless the metadata fit what the beamline asks for."""
    fields: dict[str, list[str]] = {}
    faults = jsonschema.Draft202012Validator(schema).iter_errors(metadata)
    for fault in itertools.islice(faults, MAX_FAULTS):
        key = ".".join(["metadata", *map(str, fault.path)])[:MAX_MESSAGE]
        fields.setdefault(key, []).append(fault.message[:MAX_MESSAGE])
    if fields:
        raise InvalidError("The metadata are not what this beamline asks for.", fields=fields)
