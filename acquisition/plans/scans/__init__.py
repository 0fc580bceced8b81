"""The plans that people run: counts, scans, grids, spirals, and plans that adapt."""

from acquisition.plans.scans.adaptive import adaptive_scan, rel_adaptive_scan, tune_centroid, tweak
from acquisition.plans.scans.counting import count
from acquisition.plans.scans.flying import fly, ramp_plan
from acquisition.plans.scans.grids import grid_scan, list_grid_scan, rel_grid_scan, rel_list_grid_scan
from acquisition.plans.scans.lines import (
    inner_product_scan,
    list_scan,
    log_scan,
    rel_list_scan,
    rel_log_scan,
    rel_scan,
    relative_inner_product_scan,
    scan,
    x2x_scan,
)
from acquisition.plans.scans.spirals import (
    rel_spiral,
    rel_spiral_fermat,
    rel_spiral_square,
    spiral,
    spiral_fermat,
    spiral_square,
)
from acquisition.plans.scans.trajectory import scan_nd

relative_list_scan = rel_list_scan
relative_scan = rel_scan
relative_log_scan = rel_log_scan
relative_adaptive_scan = rel_adaptive_scan
outer_product_scan = grid_scan
relative_outer_product_scan = rel_grid_scan
relative_spiral = rel_spiral
relative_spiral_fermat = rel_spiral_fermat

__all__ = [
    "adaptive_scan",
    "count",
    "fly",
    "grid_scan",
    "inner_product_scan",
    "list_grid_scan",
    "list_scan",
    "log_scan",
    "outer_product_scan",
    "ramp_plan",
    "rel_adaptive_scan",
    "rel_grid_scan",
    "rel_list_grid_scan",
    "rel_list_scan",
    "rel_log_scan",
    "rel_scan",
    "rel_spiral",
    "rel_spiral_fermat",
    "rel_spiral_square",
    "relative_adaptive_scan",
    "relative_inner_product_scan",
    "relative_list_scan",
    "relative_log_scan",
    "relative_outer_product_scan",
    "relative_scan",
    "relative_spiral",
    "relative_spiral_fermat",
    "scan",
    "scan_nd",
    "spiral",
    "spiral_fermat",
    "spiral_square",
    "tune_centroid",
    "tweak",
    "x2x_scan",
]

__plans__ = tuple(
    name
    for name in __all__
    if name
    not in {
        "inner_product_scan",  # the older forms of scan and rel_scan
        "relative_inner_product_scan",
        "ramp_plan",  # these take functions, trajectories or a conversation: for plans and notebooks
        "scan_nd",
        "tweak",
    }
)
"""What is offered to people, of all that can be used in plans."""
