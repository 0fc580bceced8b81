"""Check an item against what the worker last found at the beamline; no worker is needed for it."""

import functools
import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import jsonschema

from accounts.errors import ConflictError, InvalidError
from accounts.prepared import TEXT, Prepared
from acquisition.plans.registry import BoundParameters, ParameterError, bind
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
    stamp = _STAMP.first(beamline)
    if stamp is None:
        raise ConflictError(
            f"Beamline {beamline} was never opened, so its plans and devices are not known.",
            hint="Start the beamline's worker; items can be queued as soon as it has opened once.",
            code="never_opened",
        )
    return _known(*stamp)


_STAMP: Final[Prepared[Any]] = Prepared(
    lambda beamline: Environment.objects.filter(beamline__name=beamline, opened_at__isnull=False).values_list(
        "pk", "opened_at", "fencing"
    ),
    TEXT,
)


@functools.lru_cache(maxsize=16)
def _known(pk: int, opened_at: datetime, fencing: int) -> Environment:
    """Give the row as it was written at that opening: it is large, and it does not change until the next."""
    del opened_at, fencing  # the key, under which the row is kept
    return Environment.objects.get(pk=pk)


def plan_description(environment: Environment, plan: str) -> dict[str, Any]:
    """Give the description of `plan`, or say which names there are."""
    try:
        return environment.plans[plan]
    except KeyError as error:
        names = ", ".join(sorted(environment.plans)) or "none"
        raise InvalidError(
            f"There is no plan {plan!r} at this beamline.", fields={"plan": [f"unknown; known are {names}"]}
        ) from error


def check_call(
    environment: Environment, plan: str, parameters: Mapping[str, Any], metadata: Mapping[str, Any]
) -> BoundParameters:
    """Give the bound parameters, or raise InvalidError with a message per parameter and key."""
    description = plan_description(environment, plan)
    try:
        bound = bind(description, dict(parameters), environment.devices)
    except ParameterError as error:
        raise InvalidError(f"{plan} cannot run with these parameters.", fields=error.fields) from error
    check_metadata(environment.metadata_schema, metadata)
    taken = sorted(METADATA_RESERVED & metadata.keys())
    if taken:
        raise InvalidError(
            f"Metadata may not set {', '.join(taken)}: the system writes them.",
            fields={"metadata": [f"{key} is written by the system" for key in taken]},
        )
    return bound


def check_metadata(schema: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
    """Raise InvalidError with a message per key unless the metadata fit what the beamline asks for."""
    fields: dict[str, list[str]] = {}
    if not schema:
        return
    faults = jsonschema.Draft202012Validator(schema).iter_errors(dict(metadata))
    for fault in itertools.islice(faults, MAX_FAULTS):
        key = ".".join(["metadata", *map(str, fault.path)])[:MAX_MESSAGE]
        fields.setdefault(key, []).append(fault.message[:MAX_MESSAGE])
    if fields:
        raise InvalidError("The metadata are not what this beamline asks for.", fields=fields)
