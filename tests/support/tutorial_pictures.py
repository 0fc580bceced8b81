"""Put the pictures that the browser tests took of the tutorial into docs/images, small enough for a page.

Usage: ``python -m pytest tests/browser/test_tutorial.py && python -m tests.support.tutorial_pictures``
"""

import sys

from PIL import Image

from tests.support.house_rules import ROOT

TAKEN = ROOT / "var" / "test-artifacts" / "screenshots"
KEPT = ROOT / "docs" / "images"
WIDTH = 900
COLOURS = 64


def main() -> int:
    """Write each picture anew; return how many were missing."""
    found = sorted(TAKEN.glob("tutorial-*.png"))
    for path in found:
        with Image.open(path) as picture:
            height = round(picture.height * WIDTH / picture.width)
            small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
            small.quantize(COLOURS).save(KEPT / path.name, optimize=True)
        sys.stdout.write(f"{path.name}: {(KEPT / path.name).stat().st_size} bytes\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
