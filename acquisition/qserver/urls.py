"""Routes of the queue server, mounted at /bl/<beamline>/qserver/api/."""

from django.urls import path, re_path

from acquisition.qserver import auth_views
from acquisition.qserver.console_stream import StreamView
from acquisition.qserver.views import SpreadsheetView, table_patterns, unknown_route

urlpatterns = [
    *table_patterns(),
    path("queue/upload/spreadsheet", SpreadsheetView.as_view()),
    path("stream_console_output", StreamView.as_view()),
    path("auth/provider/<str:provider>/token", auth_views.TokenView.as_view()),
    path("auth/provider/<str:provider>/code", auth_views.CodeView.as_view()),
    path("auth/session/refresh", auth_views.RefreshView.as_view()),
    path("auth/session/revoke/<str:uid>", auth_views.RevokeView.as_view()),
    path("auth/logout", auth_views.LogoutView.as_view()),
    path("auth/apikey", auth_views.KeysView.as_view()),
    path("auth/whoami", auth_views.WhoAmIView.as_view()),
    path("auth/scopes", auth_views.ScopesView.as_view()),
    path("auth/principal", auth_views.PrincipalsView.as_view()),
    path("auth/principal/<uuid:uid>", auth_views.PrincipalView.as_view()),
    path("auth/principal/<uuid:uid>/apikey", auth_views.PrincipalKeysView.as_view()),
    re_path(r"^.*$", unknown_route),
]
