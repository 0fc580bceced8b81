"""Routes of what people add to runs: each decodes, calls one service or selector, and encodes."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import actor_of
from catalog import selectors, services
from catalog.api import annotation_shapes as shapes
from catalog.api import asked
from catalog.api.attached_files import RawParser, attached_response, pieces
from catalog.api.caching import etag_of, unchanged
from catalog.documents.encoding import to_storable


class AnnotationsView(APIView):
    """Everything that was added to a run."""

    @extend_schema(operation_id="runs_annotations", responses=shapes.AnnotationsSerializer)
    def get(self, request: Request, uid: str) -> HttpResponseBase:
        """Give tags, notes, attachments and links of a run; of other runs only those one may see."""
        found = selectors.annotations_of(actor_of(request), uid)
        etag = etag_of(request, found)
        known = unchanged(request, etag)
        return known if known is not None else asked.with_etag(Response(to_told(found)), etag)


class MetadataView(APIView):
    """The metadata of a run as they hold."""

    @extend_schema(
        operation_id="runs_metadata",
        parameters=[OpenApiParameter("revision", int, description="As this revision held them.")],
        responses=shapes.MetadataSerializer,
    )
    def get(self, request: Request, uid: str) -> Response:
        """Give the start document with what was corrected since."""
        text = request.query_params.get("revision", "")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
        return Response(to_storable(selectors.metadata(actor_of(request), uid, number=number)))

    @extend_schema(
        operation_id="runs_metadata_revise",
        request=shapes.RevisionOrderSerializer,
        responses=shapes.RevisionSerializer,
        examples=[
            OpenApiExample(
                "another sample",
                value={"changes": {"sample": {"name": "LaB6"}, "note": None}, "reason": "wrong holder"},
                request_only=True,
            )
        ],
    )
    def patch(self, request: Request, uid: str) -> Response:
        """Change metadata by a JSON merge patch, with a reason; the start document stays as it came."""
        wanted = asked.body(request, shapes.RevisionOrderSerializer)
        changes = asked.sent(request)["changes"]
        revision = services.revise_metadata(
            actor=actor_of(request),
            run_uid=uid,
            changes=changes,
            reason=wanted["reason"],
            base=wanted["base"],
        )
        return Response(_revision(revision))


class RevisionsView(APIView):
    """The changes of a run's metadata."""

    @extend_schema(operation_id="runs_revisions", responses=shapes.RevisionsSerializer)
    def get(self, request: Request, uid: str) -> Response:
        """Give the revisions, the oldest first; 0, the start document, is not among them."""
        found = selectors.revisions(actor_of(request), uid)
        told = [{**revision, "changes": to_storable(revision["changes"])} for revision in found]
        return Response({"results": told})


class RestoreView(APIView):
    """An earlier revision."""

    @extend_schema(
        operation_id="runs_revisions_restore",
        request=shapes.RestorationSerializer,
        responses=shapes.RevisionSerializer,
    )
    def post(self, request: Request, uid: str, revision: int) -> Response:
        """Set the metadata to what a revision held (0: the start document), as a new revision."""
        wanted = asked.body(request, shapes.RestorationSerializer)
        restored = services.restore_metadata(actor=actor_of(request), run_uid=uid, number=revision, **wanted)
        return Response(_revision(restored))


class TagsView(APIView):
    """The tags of a run."""

    @extend_schema(
        operation_id="runs_tags_add", request=shapes.TagOrderSerializer, responses={201: shapes.TagSerializer}
    )
    def post(self, request: Request, uid: str) -> Response:
        """Put a tag on a run."""
        wanted = asked.body(request, shapes.TagOrderSerializer)
        tag = services.add_tag(actor=actor_of(request), run_uid=uid, **wanted)
        return Response(shapes.TagSerializer(tag).data, status=201)


class TagsOfRunsView(APIView):
    """The tags of some runs."""

    @extend_schema(
        operation_id="runs_tags_change",
        request=shapes.TagsOrderSerializer,
        responses=shapes.TagsOfRunsSerializer,
        examples=[
            OpenApiExample(
                "two runs",
                value={
                    "runs": ["7f3a9c1e-5d4b-4c1f-9a57-0d6f1b2c3e4f", "0c1d2e3f-5d4b-4c1f-9a57-0d6f1b2c3e4f"],
                    "add": ["good beam"],
                    "remove": ["to check"],
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Put tags on runs and take others off, on all of them or on none."""
        wanted = asked.body(request, shapes.TagsOrderSerializer)
        tags = services.change_tags(actor=actor_of(request), **wanted)
        return Response({"results": [{"uid": uid, "tags": names} for uid, names in tags.items()]})


class TagView(APIView):
    """One tag of a run."""

    @extend_schema(operation_id="runs_tags_remove", responses={204: None})
    def delete(self, request: Request, uid: str, name: str) -> Response:
        """Take a tag off a run."""
        services.remove_tag(actor=actor_of(request), run_uid=uid, name=name)
        return Response(status=204)


class NotesView(APIView):
    """The notes on a run."""

    @extend_schema(
        operation_id="runs_notes_add",
        request=shapes.NoteOrderSerializer,
        responses={201: shapes.NoteSerializer},
        examples=[
            OpenApiExample(
                "a note", value={"text": "Beam was lost at point 40, *do not use*."}, request_only=True
            )
        ],
    )
    def post(self, request: Request, uid: str) -> Response:
        """Write a note on a run."""
        wanted = asked.body(request, shapes.NoteOrderSerializer)
        note = services.add_note(actor=actor_of(request), run_uid=uid, **wanted)
        return Response(shapes.NoteSerializer(note).data, status=201)


class NoteView(APIView):
    """One note on a run."""

    @extend_schema(
        operation_id="runs_notes_edit", request=shapes.NoteOrderSerializer, responses=shapes.NoteSerializer
    )
    def patch(self, request: Request, uid: str, note: str) -> Response:
        """Change a note of one's own."""
        wanted = asked.body(request, shapes.NoteOrderSerializer)
        found = services.edit_note(actor=actor_of(request), run_uid=uid, uid=note, **wanted)
        return Response(shapes.NoteSerializer(found).data)

    @extend_schema(operation_id="runs_notes_remove", responses={204: None})
    def delete(self, request: Request, uid: str, note: str) -> Response:
        """Remove a note of one's own."""
        services.remove_note(actor=actor_of(request), run_uid=uid, uid=note)
        return Response(status=204)


class AttachmentsView(APIView):
    """The files that were added to a run."""

    parser_classes = [RawParser]

    @extend_schema(
        operation_id="runs_attachments_add",
        parameters=[shapes.AttachmentQuerySerializer],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={201: shapes.AttachmentSerializer},
    )
    def post(self, request: Request, uid: str) -> Response:
        """Attach a file: the body is its bytes, the header Content-Type its kind."""
        wanted = asked.query(request, shapes.AttachmentQuerySerializer)
        attachment = services.attach(
            actor=actor_of(request),
            run_uid=uid,
            name=wanted["name"],
            media_type=request.content_type or "",
            content=pieces(request._request),
        )
        return Response(shapes.AttachmentSerializer(attachment).data, status=201)


class AttachmentView(APIView):
    """One file that was added to a run."""

    @extend_schema(
        operation_id="runs_attachment",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, uid: str, attachment: str) -> HttpResponseBase:
        """Download an attached file, whole or a range of its bytes."""
        found = selectors.attachment(actor_of(request), uid, attachment)
        return attached_response(request, found, selectors.attachment_path(found))

    @extend_schema(operation_id="runs_attachments_remove", responses={204: None})
    def delete(self, request: Request, uid: str, attachment: str) -> Response:
        """Remove a file of one's own."""
        services.detach(actor=actor_of(request), run_uid=uid, uid=attachment)
        return Response(status=204)


class LinksView(APIView):
    """The links of a run."""

    @extend_schema(
        operation_id="runs_links_add",
        request=shapes.LinkOrderSerializer,
        responses={201: shapes.LinkSerializer},
        examples=[
            OpenApiExample(
                "a reference", value={"target": "7f3a9c01", "relation": "reference"}, request_only=True
            )
        ],
    )
    def post(self, request: Request, uid: str) -> Response:
        """Link a run to another that one sees."""
        wanted = asked.body(request, shapes.LinkOrderSerializer)
        actor = actor_of(request)
        link = services.add_link(actor=actor, run_uid=uid, **wanted)
        found = selectors.annotations_of(actor, uid)["links"]
        told = next(known for known in found if known["uid"] == link.uid and known["direction"] == "out")
        return Response(told, status=201)


class LinkView(APIView):
    """One link of a run."""

    @extend_schema(operation_id="runs_links_remove", responses={204: None})
    def delete(self, request: Request, uid: str, link: str) -> Response:
        """Remove a link of one's own."""
        services.remove_link(actor=actor_of(request), run_uid=uid, uid=link)
        return Response(status=204)


class DeletionView(APIView):
    """The end of a run."""

    @extend_schema(
        operation_id="runs_delete", request=shapes.DeletionSerializer, responses=shapes.DeletedSerializer
    )
    def post(self, request: Request, uid: str) -> Response:
        """Delete a run for good, with a reason; the whole uid must be given."""
        wanted = asked.body(request, shapes.DeletionSerializer)
        return Response(services.delete_run(actor=actor_of(request), run_uid=uid, **wanted))


class RetentionView(APIView):
    """How long runs are kept."""

    @extend_schema(operation_id="retention_list", responses=shapes.RetentionsSerializer)
    def get(self, request: Request) -> Response:
        """Give the rules of the places where one may delete runs."""
        return Response({"results": selectors.retention_rules(actor_of(request))})

    @extend_schema(
        operation_id="retention_set",
        request=shapes.RetentionOrderSerializer,
        responses=shapes.RetentionSerializer,
        examples=[OpenApiExample("a year", value={"beamline": "demo", "days": 365}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Say how many days runs of a beamline, a proposal or the facility are kept."""
        wanted = asked.body(request, shapes.RetentionOrderSerializer)
        rule = services.set_rule(actor=actor_of(request), **wanted)
        return Response(selectors.rule_facts(rule))


class RetentionRuleView(APIView):
    """One rule of retention."""

    @extend_schema(operation_id="retention_remove", responses={204: None})
    def delete(self, request: Request, rule: str) -> Response:
        """Remove a rule; runs under it are kept for good."""
        services.remove_rule(actor=actor_of(request), uid=rule)
        return Response(status=204)


def to_told(found: dict[str, Any]) -> dict[str, Any]:
    """Give annotations as they go out."""
    return dict(shapes.AnnotationsSerializer(found).data)


def _revision(revision: Any) -> dict[str, Any]:
    names = ("number", "author", "reason", "created_at", "changes")
    return {name: getattr(revision, name) for name in names}
