"""What may be read of queue, engine, environment, control and console; the actor comes first."""

from acquisition.queue.selectors.console import console, line_dict
from acquisition.queue.selectors.engine import command, command_dict, control, places, status
from acquisition.queue.selectors.history import history
from acquisition.queue.selectors.items import item, item_dict, item_in_place, item_named
from acquisition.queue.selectors.offers import (
    devices,
    environment,
    offers,
    plan,
    plans,
    preset_dict,
    preset_named,
    presets,
    value_history,
    values,
)
from acquisition.queue.selectors.permits import why
from acquisition.queue.selectors.waiting_list import queue, queue_unless, queue_version

__all__ = [
    "command",
    "command_dict",
    "console",
    "control",
    "devices",
    "environment",
    "history",
    "item",
    "item_dict",
    "item_in_place",
    "item_named",
    "line_dict",
    "offers",
    "places",
    "plan",
    "plans",
    "preset_dict",
    "preset_named",
    "presets",
    "queue",
    "queue_unless",
    "queue_version",
    "status",
    "value_history",
    "values",
    "why",
]
