"""Routes of export jobs, and of several runs at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import StrictSerializer
from accounts.errors import ConflictError
from accounts.requests import actor_of
from catalog.api.asked import body
from catalog.api.byte_ranges import file_response
from catalog.api.exports import OPTIONS
from catalog.api.streaming import begun, download
from catalog.export import exporter
from catalog.export.options import options_of_text
from catalog.export.stored import StoredRun
from catalog.jobs import requester, selectors, services
from catalog.jobs.archive import archive
from catalog.jobs.states import JobState
from catalog.models import ExportJob

_RUNS_OF_ARCHIVE = 200
_ASKED_OF_ARCHIVE = ("runs", "query", "format")


class OrderSerializer(StrictSerializer):
    """What is to be exported."""

    runs = serializers.ListField(
        child=serializers.CharField(max_length=80), required=False, default=list, max_length=1000
    )
    query = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)
    format = serializers.CharField(max_length=32)
    options = serializers.DictField(required=False, default=dict)


class JobSerializer(serializers.Serializer[Any]):
    """An export job."""

    uid = serializers.CharField()
    state = serializers.ChoiceField(choices=[state.value for state in JobState])
    format = serializers.CharField()
    options = serializers.DictField()
    runs = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    rows = serializers.IntegerField(help_text="events written")
    num_rows = serializers.IntegerField(allow_null=True, help_text="events in all, where it is known")
    runs_done = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField(allow_blank=True)
    file_name = serializers.CharField(allow_blank=True)
    problem = serializers.CharField(allow_blank=True)
    left_out = serializers.ListField(child=serializers.DictField())
    link = serializers.CharField(
        allow_blank=True, help_text="address of the file, without sign-in, until it expires"
    )


class JobsSerializer(serializers.Serializer[Any]):
    """Export jobs, newest first."""

    results = JobSerializer(many=True)


class ArchiveQuerySerializer(StrictSerializer):
    """Which runs are wanted as one ZIP file."""

    runs = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="uids with commas between"
    )
    query = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)
    format = serializers.CharField(required=False, default="jsonl", max_length=32)


ORDER = OpenApiExample(
    "two runs as NeXus",
    value={"runs": ["1f6d0d2a", "9c0a77e1"], "format": "nexus", "options": {"frames": "none"}},
    request_only=True,
)


class ExportsView(APIView):
    """The export jobs of who asks."""

    @extend_schema(operation_id="exports_list", responses=JobsSerializer)
    def get(self, request: Request) -> Response:
        """Give one's export jobs, newest first."""
        return Response({"results": selectors.jobs(actor_of(request))})

    @extend_schema(
        operation_id="exports_order",
        request=OrderSerializer,
        responses={201: JobSerializer},
        examples=[ORDER],
    )
    def post(self, request: Request) -> Response:
        """Order an export of runs, by uid or by a search line; it is written in the background."""
        job = services.order_export(actor=actor_of(request), **body(request, OrderSerializer))
        return Response(selectors.summary(job), status=201)


class ExportView(APIView):
    """One export job."""

    @extend_schema(operation_id="exports_detail", responses=JobSerializer)
    def get(self, request: Request, job: str) -> Response:
        """Give an export job: its state, how far it is, where its file is."""
        return Response(selectors.summary(selectors.job(actor_of(request), job)))

    @extend_schema(operation_id="exports_delete", responses={204: None})
    def delete(self, request: Request, job: str) -> Response:
        """Delete an export job and its file."""
        services.delete_export(actor=actor_of(request), uid=job)
        return Response(status=204)


class ExportCancelView(APIView):
    """The end of an export job before it is done."""

    @extend_schema(operation_id="exports_cancel", request=None, responses=JobSerializer)
    def post(self, request: Request, job: str) -> Response:
        """Cancel an export job that waits or runs."""
        return Response(selectors.summary(services.cancel_export(actor=actor_of(request), uid=job)))


class ExportFileView(APIView):
    """The file of an export job."""

    @extend_schema(
        operation_id="exports_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, job: str) -> HttpResponseBase:
        """Download the file; byte ranges are given, so that a broken download can go on."""
        return _file(request, selectors.job(actor_of(request), job))


class ExportLinkView(APIView):
    """The file of an export job under its signed link."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="exports_linked_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, token: str) -> HttpResponseBase:
        """Download the file without sign-in, as long as the link holds and its owner has the right."""
        return _file(request, selectors.linked_job(token))


class ArchiveView(APIView):
    """Several runs as one file."""

    @extend_schema(
        operation_id="exports_archive",
        parameters=[ArchiveQuerySerializer, *OPTIONS],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> HttpResponseBase:
        """Download up to 200 runs as a ZIP file, streamed, with a manifest and SHA-256 of each file.

        Options of the format stand beside, as for one run.
        """
        wanted, given = _of_archive(request)
        actor, chosen = actor_of(request), exporter(wanted["format"])
        options = options_of_text(chosen, given)
        named = [uid for uid in wanted["runs"].split(",") if uid]
        uids = services.exportable_uids(actor, named, wanted["query"])
        if len(uids) > _RUNS_OF_ARCHIVE:
            raise ConflictError(
                f"These are {len(uids)} runs; {_RUNS_OF_ARCHIVE} at most at once.",
                hint="Order them as an export job: POST /api/v1/exports.",
            )
        parts = begun(archive(actor, uids, chosen, options))
        return download(request, parts, name=f"runs_{chosen.name}.zip", content_type="application/zip")


def _of_archive(request: Request) -> tuple[dict[str, Any], dict[str, str]]:
    """Give what is asked of an archive, and the options of its format, which stand beside it."""
    given = request.query_params.dict()
    named = {name: given.pop(name) for name in _ASKED_OF_ARCHIVE if name in given}
    form = ArchiveQuerySerializer(data=named)
    form.is_valid(raise_exception=True)
    return form.validated_data, given


def _file(request: Request, job: ExportJob) -> HttpResponseBase:
    """Give the file of a job, if who ordered it may still take each of its runs away."""
    if job.state != JobState.DONE:
        raise ConflictError(
            f"This export is {job.state}: it has no file.", hint="Look again when it is done."
        )
    owner = requester.actor_of(job.requester)
    for uid in job.runs:
        if uid not in {out["run"] for out in job.left_out}:
            StoredRun.require(owner, uid)
    services.note_download(actor=actor_of(request), row=job)
    return file_response(
        request,
        selectors.result_path(job),
        name=job.file_name,
        content_type="application/zip" if len(job.runs) > 1 else exporter(job.format).media_type,
        etag=job.sha256,
    )
