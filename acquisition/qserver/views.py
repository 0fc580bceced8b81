"""HTTP of the queue server's routes: decode, ask the table, encode."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from rest_framework import status
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import Scope, require
from accounts.api.authentication import APIKeyAuthentication, TokenAuthentication
from accounts.api.errors import exception_handler
from accounts.api.parsers import GatedJSONParser
from accounts.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    TooLargeError,
)
from accounts.requests import actor_of
from acquisition.qserver import editing, lists, locking, reading, steering
from acquisition.qserver.routes import QUEUE, ROUTES, Route, refusal
from acquisition.queue.sheets import SheetError, lines_of, read_sheet

SHEET_BYTES = 8 * 1024 * 1024
#: What the queue server tells with a status of its own; the rest is `success: false`.
REFUSALS = (InvalidError, ConflictError, NotFoundError, ForbiddenError, TooLargeError)
STATUSES = {403: status.HTTP_401_UNAUTHORIZED, 503: status.HTTP_408_REQUEST_TIMEOUT}
TABLES = (editing, reading, steering)


class LargeJSONParser(GatedJSONParser):
    """JSON of up to 5000 items."""

    max_bytes = 8 * 1024 * 1024


class QServerView(APIView):
    """What all views of these routes have: keys and tokens only, JSON only, refusals as clients read them."""

    authentication_classes: Any = (APIKeyAuthentication, TokenAuthentication)
    parser_classes = (LargeJSONParser, FormParser, MultiPartParser)
    renderer_classes = (JSONRenderer,)
    schema = None

    def handle_exception(self, error: Exception) -> Response:
        """Answer an error with `detail`; a lack of rights is 401, a part that is away 408."""
        answer = exception_handler(error, {"view": self})
        if answer is None:
            raise error
        answer.status_code = STATUSES.get(answer.status_code, answer.status_code)
        return answer


def parameters_of(request: Request) -> dict[str, Any]:
    """Give the object that the body holds; a GET has one, too."""
    body = request.data
    if not isinstance(body, Mapping):
        raise InvalidError("The body is a JSON object.")
    return dict(body.items())


class RouteView(QServerView):
    """All methods of one path of the table."""

    routes: ClassVar[Mapping[str, Route]] = {}

    @property
    def allowed_methods(self) -> list[str]:
        """The methods of the table."""
        return sorted(self.routes)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Let the methods of the table through, and no others."""
        self.http_method_names = [method.lower() for method in self.routes]
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, beamline: str) -> Response:
        """Answer by the table."""
        return self._answer(request, beamline)

    def post(self, request: Request, beamline: str) -> Response:
        """Answer by the table."""
        return self._answer(request, beamline)

    def _answer(self, request: Request, beamline: str) -> Response:
        route = self.routes[request.method or ""]
        actor = actor_of(request)
        require(actor, route.scope, beamline=beamline)
        asked = parameters_of(request)
        try:
            check_parameters(route, asked)
            if route.locks:
                key = asked.pop("lock_key", None)
                locking.check_unlocked(beamline, route.locks, key if isinstance(key, str) else None)
            given = {name: value for name, value in asked.items() if name in route.needs | route.takes}
            return Response(route.action(actor, beamline, given))
        except REFUSALS as error:
            return Response(refusal(told(error), **route.refused(asked)))


def check_parameters(route: Route, asked: Mapping[str, Any]) -> None:
    """Raise InvalidError unless all needed parameters are given, and no unknown ones."""
    missing = sorted(route.needs - set(asked))
    if missing:
        raise InvalidError(f"Required parameters are missing: {', '.join(missing)}.")
    unknown = sorted(set(asked) - route.known)
    if unknown:
        raise InvalidError(f"Unsupported parameters: {', '.join(map(repr, unknown))}.")


def told(error: Any) -> str:
    """Give the words of a refusal, and what to do about it."""
    return f"{error} {error.hint}".strip()


class SpreadsheetView(QServerView):
    """Plans as a table."""

    def post(self, request: Request, beamline: str) -> Response:
        """Queue every row of a spreadsheet, or none; cells are literals."""
        actor = actor_of(request)
        require(actor, Scope.QUEUE_WRITE, beamline=beamline)
        try:
            locking.check_unlocked(beamline, QUEUE, None)
            items = _items(parameters_of(request).get("spreadsheet"), lists.known_environment(beamline).plans)
            return Response(editing.add_items(actor, beamline, items, {}))
        except (*REFUSALS, SheetError) as error:
            msg = str(error) if isinstance(error, SheetError) else told(error)
            return Response(refusal(msg, qsize=None, items=[], results=[]))


def _items(given: Any, plans: Mapping[str, Any]) -> list[dict[str, Any]]:
    data = given.read(SHEET_BYTES + 1) if isinstance(given, UploadedFile) else b""
    if not 0 < len(data) <= SHEET_BYTES:
        raise InvalidError(f"Send a table of at most {SHEET_BYTES // 1024**2} MiB as the file 'spreadsheet'.")
    rows = read_sheet(lines_of(data), plans)
    faults = [
        f"line {row.line}, {name}: {', '.join(said)}" for row in rows for name, said in row.faults.items()
    ]
    if faults:
        raise InvalidError("; ".join(faults[:50]))
    return [
        {
            "item_type": "plan",
            "name": row.item["plan"],
            "kwargs": row.item["parameters"],
            "meta": row.item["metadata"],
        }
        for row in rows
    ]


@csrf_exempt
def unknown_route(request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
    """Answer a path that the queue server does not have."""
    return JsonResponse({"detail": f"There is no {request.method} {request.path}."}, status=404)


def table_patterns() -> list[URLPattern]:
    """Give the paths of the table."""
    by_path: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        by_path.setdefault(route.path, {})[route.method] = route
    return [path(name, RouteView.as_view(routes=routes)) for name, routes in by_path.items()]
