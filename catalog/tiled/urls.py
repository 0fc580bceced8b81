"""The Tiled routes, under /tiled/api/v1/."""

from django.urls import URLPattern, path, re_path

from catalog.tiled import views


def _both(route: str, view: object) -> list[URLPattern]:
    """Give a route for the whole catalogue, with and without its slash, and for a path inside it."""
    return [path(route, view), path(f"{route}/", view), path(f"{route}/<path:path>", view)]  # type: ignore[call-overload]  # any view will do


urlpatterns = [
    re_path(r"^\Z", views.AboutView.as_view(), name="tiled-about"),
    *_both("metadata", views.MetadataView.as_view()),
    *_both("search", views.SearchView.as_view()),
    *_both("distinct", views.DistinctView.as_view()),
    path("documents/", views.DocumentsView.as_view(), name="tiled-documents"),
    path("table/partition/<path:path>", views.TableView.as_view(is_partition=True), name="tiled-partition"),
    path("table/full/<path:path>", views.TableView.as_view(), name="tiled-table"),
    path("array/block/<path:path>", views.ArrayView.as_view(is_block=True), name="tiled-block"),
    path("array/full/<path:path>", views.ArrayView.as_view(), name="tiled-array"),
    path("container/full/<path:path>", views.ContainerView.as_view(), name="tiled-container"),
]
