"""Wrappers that change plans: each ``x_wrapper`` takes a plan, each ``x_decorator`` a plan function."""

from acquisition.plans.preprocessors.control import (
    contingency_decorator,
    contingency_wrapper,
    finalize_decorator,
    finalize_wrapper,
    rewindable_wrapper,
)
from acquisition.plans.preprocessors.count_time import (
    configure_count_time_decorator,
    configure_count_time_wrapper,
)
from acquisition.plans.preprocessors.decoration import make_decorator
from acquisition.plans.preprocessors.mutation import (
    ensure_generator,
    msg_mutator,
    pchain,
    plan_mutator,
    single_gen,
)
from acquisition.plans.preprocessors.observing import (
    subs_decorator,
    subs_wrapper,
    suspend_decorator,
    suspend_wrapper,
)
from acquisition.plans.preprocessors.relative import (
    relative_set_decorator,
    relative_set_wrapper,
    reset_positions_decorator,
    reset_positions_wrapper,
)
from acquisition.plans.preprocessors.runs import (
    inject_md_decorator,
    inject_md_wrapper,
    run_decorator,
    run_wrapper,
    set_run_key_decorator,
    set_run_key_wrapper,
    stub_decorator,
    stub_wrapper,
)
from acquisition.plans.preprocessors.staging import (
    lazily_stage_decorator,
    lazily_stage_wrapper,
    stage_decorator,
    stage_wrapper,
)
from acquisition.plans.preprocessors.summary import print_summary_wrapper
from acquisition.plans.preprocessors.supplemental import (
    SupplementalData,
    baseline_decorator,
    baseline_wrapper,
    fly_during_decorator,
    fly_during_wrapper,
    monitor_during_decorator,
    monitor_during_wrapper,
)

__all__ = [
    "SupplementalData",
    "baseline_decorator",
    "baseline_wrapper",
    "configure_count_time_decorator",
    "configure_count_time_wrapper",
    "contingency_decorator",
    "contingency_wrapper",
    "ensure_generator",
    "finalize_decorator",
    "finalize_wrapper",
    "fly_during_decorator",
    "fly_during_wrapper",
    "inject_md_decorator",
    "inject_md_wrapper",
    "lazily_stage_decorator",
    "lazily_stage_wrapper",
    "make_decorator",
    "monitor_during_decorator",
    "monitor_during_wrapper",
    "msg_mutator",
    "pchain",
    "plan_mutator",
    "print_summary_wrapper",
    "relative_set_decorator",
    "relative_set_wrapper",
    "reset_positions_decorator",
    "reset_positions_wrapper",
    "rewindable_wrapper",
    "run_decorator",
    "run_wrapper",
    "set_run_key_decorator",
    "set_run_key_wrapper",
    "single_gen",
    "stage_decorator",
    "stage_wrapper",
    "stub_decorator",
    "stub_wrapper",
    "subs_decorator",
    "subs_wrapper",
    "suspend_decorator",
    "suspend_wrapper",
]
