"""Rows of the pages: boards that staff have built."""

from django.db import models
from django.db.models.functions import Now


class Dashboard(models.Model):
    """A board of widgets at one beamline."""

    beamline = models.ForeignKey("accounts.Beamline", on_delete=models.CASCADE, related_name="dashboards")
    slug = models.SlugField(max_length=64)
    title = models.CharField(max_length=200)
    widgets = models.JSONField(default=list)
    author = models.CharField(max_length=150)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["title", "slug"]
        constraints = [models.UniqueConstraint(fields=["beamline", "slug"], name="dashboard_slug_once")]

    def __str__(self) -> str:
        return f"{self.slug} at {self.beamline_id}"
