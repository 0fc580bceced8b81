"""The terminal command, also as ``python -m beamport``."""

import sys

from beamport.terminal import main

sys.exit(main())
