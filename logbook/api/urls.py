"""The routes of the logbook, under /api/v1/."""

from django.urls import path

from logbook.api import views

HERE = "beamlines/<slug:beamline>/"

urlpatterns = [
    path(HERE + "log", views.LogView.as_view(), name="log"),
    path(HERE + "log/<str:uid>", views.EntryView.as_view(), name="log-entry"),
    path(HERE + "log/<str:uid>/files", views.FilesView.as_view(), name="log-files"),
    path(HERE + "log/<str:uid>/files/<str:file>", views.FileView.as_view(), name="log-file"),
    path(HERE + "watchers", views.WatchersView.as_view(), name="watchers"),
]
