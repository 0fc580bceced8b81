"""Answers of the REST interface as pages: for who opens one of its addresses in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer


class AnswerPageRenderer(BrowsableAPIRenderer):
    """Shows an answer with what the route is for and what it takes; it reads alone, and sends nothing."""

    template = "accounts/api_answer.html"

    def get_context(
        self, data: Any, accepted_media_type: str | None, renderer_context: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Give what the page shows."""
        view, response = renderer_context["view"], renderer_context["response"]
        programs = self.get_default_renderer(view) or JSONRenderer()
        return {
            "name": self.get_name(view),
            "description": self.get_description(view, response.status_code),
            "methods": [method for method in view.allowed_methods if method != "OPTIONS"],
            "response": response,
            "content": self.get_content(programs, data, accepted_media_type, renderer_context),
        }
