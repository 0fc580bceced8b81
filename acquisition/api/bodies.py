"""What comes in, checked against its shape."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.serializers import Serializer

OBJECT = {200: OpenApiTypes.OBJECT}
CREATED = {201: OpenApiTypes.OBJECT}


def body_of(request: Request, shape: type[Serializer[Any]]) -> dict[str, Any]:
    """Give the body, or raise with a message per field."""
    return _checked(shape, request.data)


def query_of(request: Request, shape: type[Serializer[Any]]) -> dict[str, Any]:
    """Give what stands behind the question mark, or raise with a message per field."""
    return _checked(shape, request.query_params)


def _checked(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    form = shape(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)
