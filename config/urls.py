"""Every URL of the site, by app."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

api = [
    path("", include("accounts.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("acquisition.api.urls")),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", include(api)),
    path("", include("accounts.urls")),
    path("", include("frontend.urls")),
]
