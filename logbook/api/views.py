"""The routes of the logbook: decode, call one service or selector, encode."""

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import actor_of
from acquisition.api.bodies import body_of, query_of
from catalog.api.attached_files import RawParser, attached_response, pieces
from logbook import presence, selectors, services
from logbook.api import serializers as shapes


class LogView(APIView):
    """The log of a beamline's visits."""

    @extend_schema(operation_id="log", parameters=[shapes.LogQuerySerializer], responses=shapes.LogSerializer)
    def get(self, request: Request, beamline: str) -> Response:
        """Give entries and runs of one's proposals, newest first."""
        asked = query_of(request, shapes.LogQuerySerializer)
        return Response(selectors.log(actor_of(request), beamline, **asked))

    @extend_schema(
        operation_id="log_write", request=shapes.NewEntrySerializer, responses={201: shapes.EntrySerializer}
    )
    def post(self, request: Request, beamline: str) -> Response:
        """Write an entry; whoever it names with @ is told."""
        wanted = body_of(request, shapes.NewEntrySerializer)
        row = services.write(actor=actor_of(request), beamline=beamline, **wanted)
        return Response(selectors.entry_dict(row), status=201)


class EntryView(APIView):
    """One entry."""

    @extend_schema(
        operation_id="log_change", request=shapes.ChangedEntrySerializer, responses=shapes.EntrySerializer
    )
    def patch(self, request: Request, beamline: str, uid: str) -> Response:
        """Change the text of an entry of one's own."""
        wanted = body_of(request, shapes.ChangedEntrySerializer)
        row = services.change(actor=actor_of(request), beamline=beamline, uid=uid, **wanted)
        return Response(selectors.entry_dict(row))

    @extend_schema(operation_id="log_withdraw", responses={204: None})
    def delete(self, request: Request, beamline: str, uid: str) -> Response:
        """Take an entry out of the log."""
        services.withdraw(actor=actor_of(request), beamline=beamline, uid=uid)
        return Response(status=204)


class FilesView(APIView):
    """The files with an entry."""

    parser_classes = [RawParser]

    @extend_schema(
        operation_id="log_attach",
        parameters=[shapes.FileQuerySerializer],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: shapes.FileSerializer},
    )
    def post(self, request: Request, beamline: str, uid: str) -> Response:
        """Attach a file: the body is its bytes, the header Content-Type its kind."""
        wanted = query_of(request, shapes.FileQuerySerializer)
        file = services.attach(
            actor=actor_of(request),
            beamline=beamline,
            uid=uid,
            name=wanted["name"],
            media_type=request.content_type or "",
            content=pieces(request._request),
        )
        return Response(selectors.attachment_dict(file), status=201)


class FileView(APIView):
    """One file."""

    @extend_schema(
        operation_id="log_file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, beamline: str, uid: str, file: str) -> HttpResponseBase:
        """Download a file of an entry."""
        found = selectors.attachment(actor_of(request), beamline, uid, file)
        return attached_response(request, found, selectors.attachment_path(found))


class WatchersView(APIView):
    """Presence."""

    @extend_schema(operation_id="watchers", responses=shapes.WatchersSerializer)
    def get(self, request: Request, beamline: str) -> Response:
        """Give who has a page of the beamline open now."""
        return Response({"watchers": presence.watchers(actor_of(request), beamline)})
