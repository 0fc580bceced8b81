"""Small plans to build plans of: each yields one message, or the few that belong together."""

from acquisition.plans.stubs.bundling import create, declare_stream, drop, save
from acquisition.plans.stubs.flying import (
    collect,
    collect_while_completing,
    complete,
    complete_all,
    kickoff,
    kickoff_all,
    prepare,
)
from acquisition.plans.stubs.looping import broadcast_msg, caching_repeater, repeat, repeater
from acquisition.plans.stubs.moving import abs_set, configure, mov, movr, mv, mvr, rel_set, stop
from acquisition.plans.stubs.observing import (
    install_suspender,
    monitor,
    remove_suspender,
    subscribe,
    unmonitor,
    unsubscribe,
)
from acquisition.plans.stubs.pacing import (
    checkpoint,
    clear_checkpoint,
    deferred_pause,
    input_plan,
    null,
    pause,
    sleep,
    wait,
    wait_for,
)
from acquisition.plans.stubs.reading import locate, rd, read, trigger, trigger_and_read
from acquisition.plans.stubs.runs import close_run, open_run
from acquisition.plans.stubs.staging import stage, stage_all, unstage, unstage_all
from acquisition.plans.stubs.stepping import move_per_step, one_1d_step, one_nd_step, one_shot

__all__ = [
    "abs_set",
    "broadcast_msg",
    "caching_repeater",
    "checkpoint",
    "clear_checkpoint",
    "close_run",
    "collect",
    "collect_while_completing",
    "complete",
    "complete_all",
    "configure",
    "create",
    "declare_stream",
    "deferred_pause",
    "drop",
    "input_plan",
    "install_suspender",
    "kickoff",
    "kickoff_all",
    "locate",
    "monitor",
    "mov",
    "move_per_step",
    "movr",
    "mv",
    "mvr",
    "null",
    "one_1d_step",
    "one_nd_step",
    "one_shot",
    "open_run",
    "pause",
    "prepare",
    "rd",
    "read",
    "rel_set",
    "remove_suspender",
    "repeat",
    "repeater",
    "save",
    "sleep",
    "stage",
    "stage_all",
    "stop",
    "subscribe",
    "trigger",
    "trigger_and_read",
    "unmonitor",
    "unstage",
    "unstage_all",
    "unsubscribe",
    "wait",
    "wait_for",
]
