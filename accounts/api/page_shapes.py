"""How the schema tells of a list: `{"results": […], "next": cursor | null}`, not the bare rows."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers


def page_of(shape: type[serializers.Serializer[Any]], *, is_whole: bool = False) -> Any:
    """Give the shape of a page of rows; one that `is_whole` has no cursor of a next page."""
    fields: dict[str, Any] = {"results": shape(many=True)}
    if not is_whole:
        fields["next"] = serializers.CharField(allow_null=True)
    return inline_serializer(f"{shape.__name__.removesuffix('Serializer')}Page", fields)
