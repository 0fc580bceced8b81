"""Put the pictures that browser tests took for README and tutorials into docs/images, small.

Usage: ``python -m pytest tests/browser/test_tutorial.py tests/browser/test_live_plot.py``, then
``python -m tests.support.tutorial_pictures``
"""

import sys

from PIL import Image

from tests.support.house_rules import ROOT

TAKEN = ROOT / "var" / "test-artifacts" / "screenshots"
KEPT = ROOT / "docs" / "images"
WIDTH = 900
COLOURS = 256
RENAMED = {"live-readme.png": "live.png"}


def main() -> int:
    """Write each picture anew; return how many were missing."""
    found = sorted([*TAKEN.glob("tutorial-*.png"), *map(TAKEN.joinpath, RENAMED)])
    for path in found:
        kept = KEPT / RENAMED.get(path.name, path.name)
        with Image.open(path) as picture:
            height = round(picture.height * WIDTH / picture.width)
            small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
            small.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(kept, optimize=True)
        sys.stdout.write(f"{kept.name}: {kept.stat().st_size} bytes\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
