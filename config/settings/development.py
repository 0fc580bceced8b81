"""The demo and a developer's machine: loopback, plain HTTP."""

from config.settings.base import *  # noqa: F403  settings are layered by star import, as Django's documentation does
