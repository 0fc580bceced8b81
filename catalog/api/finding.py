"""The routes that find runs: decode, call one selector, encode."""

from __future__ import annotations

import re
from datetime import UTC, tzinfo
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.api.permissions import SignedInOrPublic
from accounts.errors import InvalidError
from accounts.requests import actor_of
from accounts.selectors import beamlines
from catalog import selectors
from catalog.api import asked
from catalog.api import finding_shapes as shapes
from catalog.documents.encoding import to_storable
from catalog.queries import RunQuery
from catalog.search import run_query, saved
from catalog.selectors.shown import MOST_KEYS

_NAMES_A_TIME = re.compile(r"(?:time|since|until):")
_POSIX_SECONDS = re.compile(r"(?:[0-9]{9,12}(?:\.[0-9]{1,30})?)?")

_PAGE_EXAMPLE = OpenApiExample(
    "one run",
    response_only=True,
    value={
        "results": [
            {
                "uid": "7f3a9c1e-5d4b-4c1f-9a57-0d6f1b2c3e4f",
                "scan_id": 12,
                "plan_name": "scan",
                "time": 1795354200.0,
                "stop_time": 1795354260.0,
                "exit_status": "success",
                "reason": "",
                "beamline": "demo",
                "proposal": "P-1",
                "username": "ada",
                "num_events": {"primary": 41},
                "num_points": 41,
                "motors": ["sx"],
                "detectors": ["det"],
                "sample": "LaB6",
                "title": "",
            }
        ],
        "next": None,
        "count": {"value": 1, "capped": False},
    },
)
_HISTOGRAM_EXAMPLE = OpenApiExample(
    "two days",
    response_only=True,
    value={
        "step": "day",
        "time_zone": "Europe/Zurich",
        "results": [
            {"start": 1795302000.0, "begins": "2026-11-22", "count": 12},
            {"start": 1795388400.0, "begins": "2026-11-23", "count": 3},
        ],
        "count": {"value": 15, "capped": False},
    },
)
_SEARCH_EXAMPLE = OpenApiExample(
    "failed scans of this week",
    request_only=True,
    value={"name": "failed", "question": {"q": 'status:fail time:"this week"'}, "proposal": "P-1"},
)


class RunsView(APIView):
    """The runs one may see."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="runs_list",
        parameters=[shapes.RunQuerySerializer],
        responses=shapes.RunPageSerializer,
        examples=[_PAGE_EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        """Find runs, newest first unless another order is asked, in pages."""
        wanted = asked.query(request, shapes.RunQuerySerializer)
        actor = actor_of(request)
        page = selectors.runs(actor, _run_query(actor, wanted), show=_show(wanted["show"]))
        count = {"value": page.count, "capped": page.is_capped}
        return Response(to_storable({"results": page.results, "next": page.next, "count": count}))


class FacetsView(APIView):
    """What there is to choose from."""

    permission_classes = (SignedInOrPublic,)

    @extend_schema(
        operation_id="runs_facets", parameters=[shapes.RunFilterSerializer], responses=shapes.FacetsSerializer
    )
    def get(self, request: Request) -> Response:
        """Count the values of nine keys: of all runs exactly, of a search among its newest 10,000 runs."""
        wanted = asked.query(request, shapes.RunFilterSerializer)
        actor = actor_of(request)
        return Response(selectors.facets(actor, _run_query(actor, wanted)))


class HistogramView(APIView):
    """When runs were made."""

    @extend_schema(
        operation_id="runs_histogram",
        parameters=[shapes.HistogramQuerySerializer],
        responses=shapes.HistogramSerializer,
        examples=[_HISTOGRAM_EXAMPLE],
    )
    def get(self, request: Request) -> Response:
        """Count runs by hour, day, week or month of the beamline's time zone."""
        wanted = asked.query(request, shapes.HistogramQuerySerializer)
        actor = actor_of(request)
        zone = _zone(actor, wanted)
        query = _run_query(actor, wanted)
        return Response(selectors.histogram(actor, query, step=wanted["by"], zone=zone))


class ValuesView(APIView):
    """The values of a key."""

    @extend_schema(
        operation_id="runs_values",
        parameters=[shapes.ValuesQuerySerializer],
        responses=shapes.ValuesSerializer,
    )
    def get(self, request: Request) -> Response:
        """Give values of a metadata key that begin with a text, the most frequent first."""
        wanted = asked.query(request, shapes.ValuesQuerySerializer)
        found = selectors.values_of_key(
            actor_of(request), wanted["key"], prefix=wanted["prefix"], limit=wanted["limit"]
        )
        return Response(to_storable(found))


class KeysView(APIView):
    """The keys of a search."""

    @extend_schema(
        operation_id="runs_keys",
        parameters=[shapes.KeysQuerySerializer],
        responses=shapes.MetadataKeysSerializer,
    )
    def get(self, request: Request) -> Response:
        """Give the keys that a search may name: those with a meaning of their own, those in use."""
        wanted = asked.query(request, shapes.KeysQuerySerializer)
        return Response({"results": selectors.metadata_keys(actor_of(request), prefix=wanted["prefix"])})


class SearchesView(APIView):
    """Saved searches."""

    @extend_schema(operation_id="searches_list", responses=shapes.SearchesSerializer)
    def get(self, request: Request) -> Response:
        """List one's own searches, and those shared with one's beamlines and proposals."""
        actor = actor_of(request)
        rows = [_search(actor, row) for row in saved.saved_searches(actor)]
        return Response({"results": rows})

    @extend_schema(
        operation_id="searches_save",
        request=shapes.NewSearchSerializer,
        responses={201: shapes.SearchSerializer},
        examples=[_SEARCH_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Keep a search under a name."""
        actor = actor_of(request)
        row = saved.save_search(actor=actor, **asked.body(request, shapes.NewSearchSerializer))
        return Response(_search(actor, row), status=201)


class SearchView(APIView):
    """One saved search."""

    @extend_schema(operation_id="searches_detail", responses=shapes.SearchSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """Give one saved search."""
        actor = actor_of(request)
        return Response(_search(actor, saved.saved_search(actor, uid)))

    @extend_schema(
        operation_id="searches_change",
        request=shapes.SearchChangesSerializer,
        responses=shapes.SearchSerializer,
    )
    def patch(self, request: Request, uid: UUID) -> Response:
        """Change what is given of one's own search."""
        actor = actor_of(request)
        row = saved.change_search(actor=actor, uid=uid, **asked.body(request, shapes.SearchChangesSerializer))
        return Response(_search(actor, row))

    @extend_schema(operation_id="searches_forget", responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Forget one's own search."""
        saved.forget_search(actor=actor_of(request), uid=uid)
        return Response(status=204)


def _run_query(actor: Actor, wanted: dict[str, Any]) -> RunQuery:
    query = RunQuery(
        plan=wanted["plan"],
        proposal=wanted["proposal"],
        beamline=wanted["beamline"],
        status=wanted["status"],
        scan_id=wanted["scan_id"],
        sort=tuple(key for key in wanted.get("sort", "").split(",") if key),
        cursor=wanted.get("cursor", ""),
        limit=wanted.get("limit", 50),
    )
    bounds = (wanted["since"], wanted["until"])
    names_a_time = not all(map(_POSIX_SECONDS.fullmatch, bounds)) or _NAMES_A_TIME.search(wanted["q"])
    zone = _zone(actor, wanted) if names_a_time else UTC
    return run_query(wanted["q"], since=wanted["since"], until=wanted["until"], query=query, zone=zone)


def _show(text: str) -> list[str]:
    keys = list(dict.fromkeys(key.strip() for key in text.split(",") if key.strip()))
    if len(keys) > MOST_KEYS:
        raise InvalidError(fields={"show": [f"These are {len(keys)} keys; {MOST_KEYS} at most are shown."]})
    return keys


def _zone(actor: Actor, wanted: dict[str, Any]) -> Any:
    """Give the zone that is asked for, else that of the beamline asked for or of one's only one, else UTC."""
    if wanted["time_zone"]:
        return _zone_named(wanted["time_zone"])
    seen = beamlines(actor)
    if wanted["beamline"]:
        seen = seen.filter(name=wanted["beamline"])
    names = list(seen.values_list("time_zone", flat=True)[:2])
    return _zone_named(names[0]) if len(names) == 1 else _zone_named("UTC")


@lru_cache(maxsize=100)
def _zone_named(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        advice = f"{name[:40]!r} is no time zone: write a name such as Europe/Zurich or UTC."
        raise InvalidError(fields={"time_zone": [advice]}) from error


def _search(actor: Actor, row: Any) -> dict[str, Any]:
    return {
        "uid": str(row.uid),
        "name": row.name,
        "question": row.question,
        "owner": row.owner.get_username(),
        "is_mine": row.owner_id == actor.account_pk,
        "beamline": row.beamline.name if row.beamline else None,
        "proposal": row.proposal.number if row.proposal else None,
        "changed_at": row.changed_at.isoformat(),
    }
