"""The frontend as a Django app."""

from django.apps import AppConfig


class FrontendConfig(AppConfig):
    """Pages, figures and the browser part."""

    name = "frontend"

    def ready(self) -> None:
        """Offer the figures of runs as exports."""
        from catalog.export import offer

        offer("frontend.exporters.figures", "png", "svg", "pdf", "html", "plotly")
