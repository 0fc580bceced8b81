"""What people and keys do to the queue and to the running engine.

Every function checks access and the control lease, writes in one transaction, leaves one audit entry, raises
the queue's version, and rings after the commit.
"""

from acquisition.queue.services.device_actions import request_device_action
from acquisition.queue.services.engine_actions import CONTROL_CHANNEL, request_engine_action
from acquisition.queue.services.environment_actions import request_environment_action
from acquisition.queue.services.modes import (
    cancel_stop_after_item,
    hold_queue,
    set_modes,
    start_queue,
    stop_after_item,
)
from acquisition.queue.services.notices import set_notice
from acquisition.queue.services.presets import delete_preset, save_preset
from acquisition.queue.services.reviewing import approve_item, deny_item
from acquisition.queue.services.submitting import propose_item, run_now, submit_item, submit_items
from acquisition.queue.services.waiting_items import (
    clear_queue,
    duplicate_item,
    move_item,
    move_items,
    remove_item,
    remove_items,
    replace_item,
    update_item,
)

__all__ = [
    "CONTROL_CHANNEL",
    "approve_item",
    "cancel_stop_after_item",
    "clear_queue",
    "delete_preset",
    "deny_item",
    "duplicate_item",
    "hold_queue",
    "move_item",
    "move_items",
    "propose_item",
    "remove_item",
    "remove_items",
    "replace_item",
    "request_device_action",
    "request_engine_action",
    "request_environment_action",
    "run_now",
    "save_preset",
    "set_modes",
    "set_notice",
    "start_queue",
    "stop_after_item",
    "submit_item",
    "submit_items",
    "update_item",
]
