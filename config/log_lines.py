"""Log lines for people: in UTC, one a line whatever was logged, with who asked and from where."""

import logging
import time

from django.utils.functional import LazyObject

CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x0A: "\\n",
    0x0D: "\\r",
    0x09: "\\t",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


class LineFormatter(logging.Formatter):
    """Write a record; control characters in its message cannot begin a line that nobody logged."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Give the line without its traceback."""
        record.message = record.message.translate(CONTROLS)
        told = [str(value) for name in ("username", "address") if (value := getattr(record, name, ""))]
        line = super().formatMessage(record)
        return f"{line} ({', '.join(told).translate(CONTROLS)})" if told else line


class RequestFilter(logging.Filter):
    """Adds who asked and from where to what Django logs of a request; it never drops a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add account and address; nobody is looked up for that."""
        from accounts.requests import address_of  # logging is set up before the apps are

        request = getattr(record, "request", None)
        if request is None or not hasattr(request, "META"):
            return True
        user = getattr(request, "_cached_user", None) or request.__dict__.get("user")
        if user is not None and not isinstance(user, LazyObject):
            record.username = user.get_username()
        record.address = address_of(request)
        return True
