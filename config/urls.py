"""Every URL of the site, by app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from accounts.api.errors import unknown_route
from accounts.door.views import administration_door

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api.urls")),
    path("", include("notices.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("acquisition.api.urls")),
    path("", include("logbook.api.urls")),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
]

urlpatterns = [
    path("admin/login/", administration_door),
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("tiled/api/v1/", include("catalog.tiled.urls")),
    path("bl/<slug:beamline>/qserver/api/", include("acquisition.qserver.urls")),
    path("", include("config.monitoring")),
    path("", include("accounts.urls")),
    path("", include("frontend.urls")),
    re_path(r"^api/", unknown_route),
]

handler500 = "accounts.api.errors.server_fault"
