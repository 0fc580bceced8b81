"""The search line: text becomes a `catalog.queries.RunQuery`."""

from catalog.search.grammar import parse
from catalog.search.moments import moment
from catalog.search.questions import run_query

__all__ = ["moment", "parse", "run_query"]
