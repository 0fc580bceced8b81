"""Checks documents against the event model's schemas, compiled once.

The compiled validators accept nothing that the event-model package refuses, but they refuse some things it
takes
(numpy numbers, arbitrary objects in start metadata). So on a refusal the package's own validator is asked and
its word is final.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import event_model
import jsonschema_rs


@functools.cache
def _compiled(name: str) -> Callable[[Any], bool]:
    schema = event_model.schemas[event_model.DocumentNames[name]]
    is_valid: Callable[[Any], bool] = jsonschema_rs.validator_for(schema).is_valid
    return is_valid


def check(name: str, doc: Any) -> None:
    """Check one document.

    Raises
    ------
    jsonschema.ValidationError
        The document is not what the event model allows.
    """
    try:
        if _compiled(name)(doc):
            return
    except (TypeError, ValueError, OverflowError):
        pass  # a value the compiled validator cannot look at: the package decides
    event_model.schema_validators[event_model.DocumentNames[name]].validate(doc)


def refuse_keys(expected: Any, data: Any, timestamps: Any) -> None:
    """Raise the event model's error for readings whose keys are not the descriptor's."""
    raise event_model.EventModelValidationError(
        "The keys of an event must be those of its descriptor (leaving out keys of external streams). "
        f"Descriptor: {sorted(expected)}; data: {sorted(data)}; timestamps: {sorted(timestamps)}."
    )
