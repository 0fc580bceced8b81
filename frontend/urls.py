"""Addresses of the pages, and of the figures over REST."""

from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from frontend import account_views, guide_views, published_views, views
from frontend.api.comparison import ComparisonView
from frontend.api.dashboards import DashboardsView, DashboardView
from frontend.api.figure import RunFigureView
from frontend.api.fit import RunFitView
from frontend.api.notebook import RunCodeView, RunNotebookView
from frontend.api.rights import RunRightsView
from frontend.facility_views import facility_patterns

HERE = "api/v1/beamlines/<slug:beamline>/"

# Pages name their icon; browsers ask here for those that do not, as Django's admin.
ICON = RedirectView.as_view(url=static("beamport.svg"))

urlpatterns = [
    path("favicon.ico", ICON, name="icon"),
    path("", views.overview, name="overview"),
    path("acquire", views.acquire, name="acquire"),
    path("acquire/<str:plan>", views.acquire_plan, name="acquire-plan"),
    path("queue", views.queue_page, name="queue-page"),
    path("live", views.live, name="live"),
    path("runs", views.runs, name="runs-page"),
    path("runs/compare", views.compare, name="compare-page"),
    path("runs/<str:uid>", views.run, name="run-page"),
    path("published", published_views.published, name="published"),
    path("published/<str:uid>", published_views.published_run, name="published-run"),
    path("exports", views.exports, name="exports-page"),
    path("devices", views.devices, name="devices-page"),
    path("devices/<str:name>", views.device, name="device-page"),
    path("control", views.control, name="control-page"),
    path("console", views.console, name="console-page"),
    path("log", views.log, name="log-page"),
    path("help", views.help_page, name="help"),
    path("api/", guide_views.api_guide, name="api-guide"),
    *facility_patterns,
    path("account", account_views.account, name="account"),
    path("account/notices", account_views.notices, name="account-notices"),
    path("account/tokens", account_views.tokens, name="account-tokens"),
    path("account/tokens/<str:prefix>/revoke", account_views.revoke_token, name="account-token-revoke"),
    path("kiosk/<slug:slug>", views.kiosk, name="kiosk"),
    path("dashboards/new", views.new_dashboard, name="new-dashboard-page"),
    path("dashboards", views.dashboard, name="dashboards-page"),
    path("dashboards/<slug:slug>", views.dashboard, name="dashboard-page"),
    path(HERE + "dashboards", DashboardsView.as_view(), name="dashboards"),
    path(HERE + "dashboards/<slug:slug>", DashboardView.as_view(), name="dashboard"),
    path("api/v1/runs/compare/figure", ComparisonView.as_view(), name="runs-compare"),
    path("api/v1/runs/<str:uid>/notebook", RunNotebookView.as_view(), name="run-notebook"),
    path("api/v1/runs/<str:uid>/rights", RunRightsView.as_view(), name="run-rights"),
    path("api/v1/runs/<str:uid>/qr", RunCodeView.as_view(), name="run-qr"),
    path("api/v1/runs/<str:uid>/figure", RunFigureView.as_view(), name="run-figure"),
    path("api/v1/runs/<str:uid>/fit", RunFitView.as_view(), name="run-fit"),
]
