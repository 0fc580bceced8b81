"""The frontend as a Django app."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """Pages, figures and the browser part."""

    name = "frontend"
