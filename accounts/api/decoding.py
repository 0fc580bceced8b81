"""From the body or the words of a request to what a service takes."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer


def decoded(shape: type[BaseSerializer[Any]], data: Any) -> dict[str, Any]:
    """Give what a body holds, or raise the faults by field."""
    order = shape(data=data)
    order.is_valid(raise_exception=True)
    return dict(order.validated_data)


def words_of(request: Request, shape: type[BaseSerializer[Any]]) -> dict[str, Any]:
    """Give the words of a query, without those that turn pages."""
    words = {name: value for name, value in request.query_params.items() if name not in ("cursor", "limit")}
    return decoded(shape, words)
