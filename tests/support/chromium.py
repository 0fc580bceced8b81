"""How the system's Chromium is started for tests and benchmarks: without a screen or calls outside."""

import os
import shutil

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str:
    """Give the path of the browser.

    Raises
    ------
    AssertionError
        There is none.
    """
    found = os.environ.get("BEAMPORT_CHROMIUM") or shutil.which("chromium")
    assert found, "no Chromium: install it, or name it in BEAMPORT_CHROMIUM"
    return found
