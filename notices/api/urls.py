"""The routes of notices, under /api/v1/."""

from django.urls import path

from notices.api import views

urlpatterns = [
    path("notices", views.NoticesView.as_view(), name="notices"),
    path("notices/seen", views.SeenView.as_view(), name="notices-seen"),
    path("notices/choices", views.ChoicesView.as_view(), name="notice-choices"),
]
