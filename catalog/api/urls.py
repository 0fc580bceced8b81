"""The catalogue routes, under /api/v1/."""

from django.urls import path

from catalog.api import (
    annotation_urls,
    devices,
    export_jobs,
    exports,
    finding,
    imports,
    intake,
    tables,
    views,
)

STREAM = "runs/<str:uid>/streams/<path:stream>/"

urlpatterns = [
    *annotation_urls.urlpatterns,
    path("documents", intake.IntakeView.as_view(), name="documents"),
    path("runs", finding.RunsView.as_view(), name="runs"),
    path("runs/facets", finding.FacetsView.as_view(), name="run-facets"),
    path("runs/histogram", finding.HistogramView.as_view(), name="run-histogram"),
    path("runs/values", finding.ValuesView.as_view(), name="run-values"),
    path("runs/keys", finding.KeysView.as_view(), name="run-keys"),
    path("runs/device-history", devices.DeviceHistoryView.as_view(), name="run-device-history"),
    path("searches", finding.SearchesView.as_view(), name="searches"),
    path("searches/<uuid:uid>", finding.SearchView.as_view(), name="search"),
    path("runs/<str:uid>", views.RunView.as_view(), name="run"),
    path("runs/<str:uid>/documents", views.DocumentsView.as_view(), name="run-documents"),
    path("runs/<str:uid>/quarantine", views.QuarantineView.as_view(), name="run-quarantine"),
    path("runs/<str:uid>/export/<str:form>", exports.RunExportView.as_view(), name="run-export"),
    path("imports", imports.ImportsView.as_view(), name="imports"),
    path("exports", export_jobs.ExportsView.as_view(), name="exports"),
    path("exports/archive", export_jobs.ArchiveView.as_view(), name="export-archive"),
    path("exports/files/<str:token>", export_jobs.ExportLinkView.as_view(), name="export-link"),
    path("exports/jobs/<str:job>", export_jobs.ExportView.as_view(), name="export-job"),
    path("exports/jobs/<str:job>/cancel", export_jobs.ExportCancelView.as_view(), name="export-cancel"),
    path("exports/jobs/<str:job>/file", export_jobs.ExportFileView.as_view(), name="export-file"),
    path("exports/formats", exports.FormatsView.as_view(), name="export-formats"),
    path(STREAM + "frames/<path:field>/<int:index>", views.FrameView.as_view(), name="run-frame"),
    path(STREAM + "table", tables.TableView.as_view(), name="run-table"),
]
