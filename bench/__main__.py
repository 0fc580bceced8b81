"""Run every benchmark, or those named: `make bench`, `python -m bench engine catalog`.

What follows the names and begins with a hyphen is for the benchmarks: `python -m bench search --runs 100000`.

Each module of this package has `main()`, which prints a table with the peer measured in the same run.
"""

import importlib
import itertools
import os
import pkgutil
import sys
import time

import bench


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks one after another; return 1 if a name is unknown."""
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name[0] != "_")
    unknown = set(chosen) - set(names)
    if unknown:
        print(f"No benchmark {', '.join(sorted(unknown))}; there are: {', '.join(names)}", file=sys.stderr)
        return 1
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    for name in chosen or names:
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        importlib.import_module(f"bench.{name}").main()
        print(f"   ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(list(itertools.takewhile(lambda word: word[0] != "-", sys.argv[1:]))))
