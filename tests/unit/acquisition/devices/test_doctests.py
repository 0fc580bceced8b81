"""Every example in a docstring runs."""

import doctest
import importlib
import pkgutil

import acquisition.devices


def test_the_examples_in_the_docstrings_run():
    failed = attempted = 0
    for entry in pkgutil.walk_packages(acquisition.devices.__path__, "acquisition.devices."):
        results = doctest.testmod(importlib.import_module(entry.name))
        failed, attempted = failed + results.failed, attempted + results.attempted
    assert failed == 0
    assert attempted >= 8
