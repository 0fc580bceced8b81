"""Plans that exist in bluesky and in our package by the same name and signature, and how documents compare.

Each entry takes the modules of plans, stubs and wrappers, of either package, and a set of ophyd's devices.
"""

import re

import numpy as np
import pytest
from bluesky import plan_stubs, plans, preprocessors
from cycler import cycler

from acquisition.plans import preprocessors as our_preprocessors
from acquisition.plans import scans as our_plans
from acquisition.plans import stubs as our_stubs

UNLIKE = {"uid", "time", "timestamp", "timestamps", "versions", "run_start", "descriptor"}

UPSTREAM = (plans, plan_stubs, preprocessors)
OURS = (our_plans, our_stubs, our_preprocessors)


def strip(value):
    """Give a document without uids and times, numbers as plain numbers, sets of motors in one order."""
    if isinstance(value, dict):
        plain_items = {key: strip(item) for key, item in value.items() if key not in UNLIKE}
        if isinstance(plain_items.get("motors"), list):  # upstream has them in the order of a set
            plain_items["motors"] = sorted(plain_items["motors"])
        return plain_items
    if isinstance(value, list | tuple):
        return type(value)(strip(item) for item in value)
    if isinstance(value, np.ndarray):
        return strip(value.tolist())
    if isinstance(value, str):
        return re.sub(r"timestamp=[0-9.]+", "timestamp=", value)
    return value.item() if isinstance(value, np.generic) else value


def about(value):
    """Let numbers differ in their last digits."""
    if isinstance(value, dict):
        return {key: about(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(about(item) for item in value)
    return pytest.approx(value, rel=1e-12, abs=1e-12) if isinstance(value, float) else value


def one_step(detectors, motor, step):
    yield from plan_stubs.one_1d_step(detectors, motor, step)


class Ramp:
    """A ramp that is over after some readings."""

    def __init__(self, readings):
        self.left = readings

    success = True

    @property
    def done(self):
        return self.left <= 0

    def start(self, s):
        yield from s.null()
        return self

    def reading(self, s, d):
        self.left -= 1
        yield from s.trigger_and_read([d.det])


def ramp(p, s, w, d, **options):
    slope = Ramp(3)
    return p.ramp_plan(slope.start(s), d.bool_sig, lambda: slope.reading(s, d), **options)


PLANS = {
    "count": lambda p, s, w, d: p.count([d.det, d.det1], 3),
    "count with delays": lambda p, s, w, d: p.count([d.det], 3, delay=[0.0, 0.001]),
    "count without staging": lambda p, s, w, d: p.count([d.bool_sig], 2, md={"sample": "x", "hints": {}}),
    "scan": lambda p, s, w, d: p.scan([d.det], d.motor, -1, 1, 5),
    "scan of two": lambda p, s, w, d: p.scan([d.det], d.motor, -1, 1, d.motor1, 0, 3, num=4),
    "scan with hints": lambda p, s, w, d: p.scan(
        [d.det], d.motor, -1, 1, 2, md={"hints": {"gridding": "none"}}
    ),
    "scan without hints": lambda p, s, w, d: p.scan([d.det], d.motor_no_hints1, -1, 1, 2),
    "scan by steps": lambda p, s, w, d: p.scan([d.det], d.motor, -1, 1, 2, per_step=one_step),
    "rel_scan": lambda p, s, w, d: p.rel_scan([d.det], d.motor1, -1, 1, d.motor2, -2, 2, 3),
    "list_scan": lambda p, s, w, d: p.list_scan([d.det], d.motor, [3, 1, 2], d.motor1, [0.5, 0.5, 1]),
    "rel_list_scan": lambda p, s, w, d: p.rel_list_scan([d.det], d.motor1, [1, 2, 4]),
    "log_scan": lambda p, s, w, d: p.log_scan([d.det], d.motor, -1, 1, 5),
    "rel_log_scan": lambda p, s, w, d: p.rel_log_scan([d.det], d.motor1, -1, 1, 4),
    "grid_scan": lambda p, s, w, d: p.grid_scan([d.det4], d.motor1, -1, 1, 3, d.motor2, 0, 1, 4),
    "grid_scan snaking": lambda p, s, w, d: p.grid_scan(
        [d.det4], d.motor1, -1, 1, 3, d.motor2, 0, 1, 3, d.motor3, 2, 3, 2, snake_axes=True
    ),
    "grid_scan snaking one": lambda p, s, w, d: p.grid_scan(
        [d.det4], d.motor1, -1, 1, 3, d.motor2, 0, 1, 3, d.motor3, 2, 3, 2, snake_axes=[d.motor3]
    ),
    "grid_scan of old": lambda p, s, w, d: p.grid_scan(
        [d.det4], d.motor1, -1, 1, 3, d.motor2, 0, 1, 3, True, d.motor3, 2, 3, 2, False
    ),
    "rel_grid_scan": lambda p, s, w, d: p.rel_grid_scan([d.det4], d.motor1, -1, 1, 3, d.motor2, 0, 1, 2),
    "list_grid_scan": lambda p, s, w, d: p.list_grid_scan(
        [d.det4], d.motor1, [1, 5, 2], d.motor2, [3, 4], snake_axes=True
    ),
    "rel_list_grid_scan": lambda p, s, w, d: p.rel_list_grid_scan(
        [d.det4], d.motor1, [1, 5, 2], d.motor2, [3, 4], snake_axes=[d.motor2]
    ),
    "x2x_scan": lambda p, s, w, d: p.x2x_scan([d.det], d.motor1, d.motor2, -1, 1, 3),
    "spiral": lambda p, s, w, d: p.spiral([d.det4], d.motor1, d.motor2, 0, 1, 2, 3, 0.5, 4, tilt=0.2),
    "rel_spiral": lambda p, s, w, d: p.rel_spiral([d.det4], d.motor1, d.motor2, 2, 3, 0.5, 4, dr_y=0.4),
    "spiral_fermat": lambda p, s, w, d: p.spiral_fermat([d.det4], d.motor1, d.motor2, 0, 1, 2, 3, 0.5, 1),
    "rel_spiral_fermat": lambda p, s, w, d: p.rel_spiral_fermat(
        [d.det4], d.motor1, d.motor2, 2, 3, 0.5, 1, dr_y=0.7, tilt=0.1
    ),
    "spiral_square": lambda p, s, w, d: p.spiral_square([d.det4], d.motor1, d.motor2, 0, 1, 2, 3, 4, 5),
    "rel_spiral_square": lambda p, s, w, d: p.rel_spiral_square([d.det4], d.motor1, d.motor2, 2, 3, 3, 3),
    "scan_nd": lambda p, s, w, d: p.scan_nd([d.det], cycler(d.motor, [1, 2, 3])),
    "adaptive_scan": lambda p, s, w, d: p.adaptive_scan(
        [d.det], "det", d.motor, -5, 5, 0.05, 1, 0.1, True, 0.8
    ),
    "rel_adaptive_scan": lambda p, s, w, d: p.rel_adaptive_scan(
        [d.det1], "det1", d.motor1, -3, 3, 0.05, 1, 0.5, False
    ),
    "tune_centroid": lambda p, s, w, d: p.tune_centroid([d.det], "det", d.motor, -5, 3, 0.1, 8, snake=True),
    "fly": lambda p, s, w, d: p.fly([d.flyer1], md={"sample": "y"}),
    "inner_product_scan": lambda p, s, w, d: p.inner_product_scan([d.det], 3, d.motor, 0, 1),
    "relative_inner_product_scan": lambda p, s, w, d: p.relative_inner_product_scan(
        [d.det], 3, d.motor1, 0, 1
    ),
    "log_scan without hints": lambda p, s, w, d: p.log_scan([d.det], d.motor_no_hints1, -1, 1, 3),
    "list_scan of one": lambda p, s, w, d: p.list_scan([d.det, d.det2], d.motor, [5]),
    "outer_product_scan": lambda p, s, w, d: p.outer_product_scan(
        [d.det4], d.motor1, -1, 1, 3, d.motor2, 0, 1, 2, True
    ),
    "relative_outer_product_scan": lambda p, s, w, d: p.relative_outer_product_scan(
        [d.det4], d.motor1, -1, 1, 2, d.motor2, 0, 1, 2, False
    ),
    "relative_scan": lambda p, s, w, d: p.relative_scan([d.det], d.motor1, -1, 1, 3),
    "relative_list_scan": lambda p, s, w, d: p.relative_list_scan([d.det], d.motor1, [1, 2]),
    "relative_log_scan": lambda p, s, w, d: p.relative_log_scan([d.det], d.motor1, -1, 1, 2),
    "relative_adaptive_scan": lambda p, s, w, d: p.relative_adaptive_scan(
        [d.det1], "det1", d.motor1, -2, 2, 0.1, 1, 0.5, True
    ),
    "relative_spiral": lambda p, s, w, d: p.relative_spiral([d.det4], d.motor1, d.motor2, 2, 3, 0.5, 4),
    "relative_spiral_fermat": lambda p, s, w, d: p.relative_spiral_fermat(
        [d.det4], d.motor1, d.motor2, 2, 3, 0.5, 1
    ),
    "tweak": lambda p, s, w, d: p.tweak(d.det, "det", d.motor, 0.5),
    "ramp_plan": ramp,
    "ramp_plan without a reading before": lambda p, s, w, d: ramp(
        p, s, w, d, take_pre_data=False, timeout=60
    ),
    "fly two": lambda p, s, w, d: p.fly([d.flyer1, d.trivial_flyer]),
    "baseline": lambda p, s, w, d: w.baseline_wrapper(p.count([d.det]), [d.motor1, d.motor2]),
    "monitor": lambda p, s, w, d: w.monitor_during_wrapper(p.count([d.det]), [d.bool_sig]),
    "fly during": lambda p, s, w, d: w.fly_during_wrapper(p.count([d.det]), [d.flyer1]),
    "supplemental": lambda p, s, w, d: w.SupplementalData(baseline=[d.motor1], flyers=[d.flyer1])(
        p.scan([d.det], d.motor, 0, 1, 2)
    ),
    "lazily staged": lambda p, s, w, d: w.lazily_stage_wrapper(
        w.run_wrapper(s.trigger_and_read([d.det, d.motor]))
    ),
    "metadata injected": lambda p, s, w, d: w.inject_md_wrapper(p.count([d.det]), {"sample": "z"}),
    "two runs at once": lambda p, s, w, d: w.pchain(
        w.set_run_key_wrapper(p.count([d.det]), "outer"), w.set_run_key_wrapper(p.count([d.det]), "inner")
    ),
    "counting time": lambda p, s, w, d: w.configure_count_time_wrapper(p.count([d.det_with_count_time]), 0.5),
    "stubs": lambda p, s, w, d: w.run_wrapper(
        w.pchain(
            s.mv(d.motor1, 1, d.motor2, 2),
            s.mvr(d.motor1, 1),
            s.rel_set(d.motor2, 3, wait=True),
            s.trigger_and_read([d.det, d.motor1, d.motor2], name="mine"),
            s.repeat(lambda: s.one_shot([d.det, d.motor1]), 2),
            s.declare_stream(d.motor3, name="later"),
            s.one_1d_step([], d.motor, 2, lambda dets: s.trigger_and_read(dets, "step")),
        )
    ),
    "pseudo axes": lambda p, s, w, d: p.scan(
        [d.det], d.pseudo3x3.pseudo1, 0, 1, d.pseudo3x3.pseudo2, 1, 3, num=3
    ),
    "pseudo axis": lambda p, s, w, d: p.rel_scan([d.det], d.pseudo3x3.pseudo1, 0, 1, 3),
}
