"""The app that tells people what concerns them."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Notices in the page, and by mail for those who asked for it."""

    name = "notices"
