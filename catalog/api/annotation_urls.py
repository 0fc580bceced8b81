"""The routes of what is beside a run's tables: annotations, devices, quarantine, retention."""

from django.urls import path

from catalog.api import annotations as views
from catalog.api import devices, refused
from catalog.api.data_policy import DataPolicyView

RUN = "runs/<str:uid>/"

urlpatterns = [
    path("runs/tags", views.TagsOfRunsView.as_view(), name="runs-tags"),
    path(RUN + "annotations", views.AnnotationsView.as_view(), name="run-annotations"),
    path(RUN + "metadata", views.MetadataView.as_view(), name="run-metadata"),
    path(RUN + "revisions", views.RevisionsView.as_view(), name="run-revisions"),
    path(RUN + "revisions/<int:revision>/restore", views.RestoreView.as_view(), name="run-restore"),
    path(RUN + "tags", views.TagsView.as_view(), name="run-tags"),
    path(RUN + "tags/<str:name>", views.TagView.as_view(), name="run-tag"),
    path(RUN + "notes", views.NotesView.as_view(), name="run-notes"),
    path(RUN + "notes/<str:note>", views.NoteView.as_view(), name="run-note"),
    path(RUN + "attachments", views.AttachmentsView.as_view(), name="run-attachments"),
    path(RUN + "attachments/<str:attachment>", views.AttachmentView.as_view(), name="run-attachment"),
    path(RUN + "links", views.LinksView.as_view(), name="run-links"),
    path(RUN + "links/<str:link>", views.LinkView.as_view(), name="run-link"),
    path(RUN + "delete", views.DeletionView.as_view(), name="run-delete"),
    path(RUN + "configuration", devices.ConfigurationView.as_view(), name="run-configuration"),
    path(RUN + "baseline", devices.BaselineView.as_view(), name="run-baseline"),
    path(RUN + "documents/lines", devices.LinesView.as_view(), name="run-documents-lines"),
    path("quarantine", refused.RefusedRunsView.as_view(), name="quarantine"),
    path("quarantine/<str:uid>", refused.RefusedDocumentsView.as_view(), name="quarantine-run"),
    path("quarantine/<str:uid>/replay", refused.ReplayView.as_view(), name="quarantine-replay"),
    path("proposals/<str:number>/data-policy", DataPolicyView.as_view(), name="data-policy"),
    path("retention", views.RetentionView.as_view(), name="retention"),
    path("retention/<str:rule>", views.RetentionRuleView.as_view(), name="retention-rule"),
]
