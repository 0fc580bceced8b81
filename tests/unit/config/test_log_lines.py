"""A line of the log is one line, in UTC, and says who asked."""

import json
import logging
import re

import pytest
from django.test import RequestFactory

from accounts.models import User
from config.json_logs import JSONFormatter
from config.log_lines import LineFormatter, RequestFilter

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def record(message, *words, **extra):
    made = logging.LogRecord("beamport", logging.WARNING, "x.py", 1, message, words, None)
    made.__dict__.update(extra)
    RequestFilter().filter(made)
    return made


@pytest.mark.parametrize("character", ["\n", "\r", "\r\n", "\x1b[2J", "\x00", "\x85", "\u2028", "\u2029"])
def test_what_was_typed_begins_no_line_of_its_own(character):
    line = LineFormatter(FORMAT).format(
        record("the name %s", f"x{character}2026-01-01 INFO root: all is well")
    )
    assert len(line.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", line)


def test_a_traceback_keeps_its_lines():
    try:
        raise ValueError("inner")
    except ValueError:
        made = record("it failed")
        made.exc_info = __import__("sys").exc_info()
    assert "\nValueError: inner" in LineFormatter(FORMAT).format(made)


def test_times_are_in_utc():
    made = record("x")
    made.created, made.msecs = 1_800_000_000.25, 250
    assert LineFormatter(FORMAT).format(made).startswith("2027-01-15T08:00:00.250Z WARNING beamport: x")


def asked(user=None):
    request = RequestFactory().get("/api/v1/runs/x", REMOTE_ADDR="192.0.2.7")
    if user is not None:
        request._cached_user = user
    return request


def test_a_refused_request_says_who_asked_and_from_where():
    made = record("Forbidden: %s", "/x", request=asked(User(username="pi")))
    assert LineFormatter(FORMAT).format(made).endswith("Forbidden: /x (pi, 192.0.2.7)")
    told = json.loads(JSONFormatter().format(made))
    assert (told["username"], told["address"]) == ("pi", "192.0.2.7")


def test_nobody_is_looked_up_for_a_line():
    assert LineFormatter(FORMAT).format(record("x", request=asked())).endswith("x (192.0.2.7)")
    assert LineFormatter(FORMAT).format(record("x", request=object())).endswith(": x")
