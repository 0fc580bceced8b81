import uuid

import django.contrib.postgres.indexes
import django.contrib.postgres.operations
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_audit_is_append_only"),
        ("catalog", "0003_event_columns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        django.contrib.postgres.operations.TrigramExtension(),
        migrations.CreateModel(
            name="FacetChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.BigIntegerField()),
                ("key", models.CharField(max_length=16)),
                ("value", models.TextField()),
                ("change", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="FacetCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.BigIntegerField()),
                ("key", models.CharField(max_length=16)),
                ("value", models.TextField()),
                ("count", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RunNumber",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "value",
                        "run_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.TextField()),
                ("value", models.FloatField()),
                ("run_id", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="RunPlace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "question",
                    models.JSONField(
                        default=dict, help_text="q, filters and sort as the list of runs takes them"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ["name", "id"],
            },
        ),
        migrations.RemoveIndex(
            model_name="run",
            name="catalog_run_scan_id",
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                models.OrderBy(models.F("scan_id"), descending=True, nulls_last=True),
                models.OrderBy(models.F("time"), descending=True),
                name="catalog_run_scan_id",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                name="catalog_run_text",
            ),
        ),
        migrations.AddIndex(
            model_name="facetcount",
            index=models.Index(
                models.F("scope"),
                models.F("key"),
                models.OrderBy(models.F("count"), descending=True),
                models.F("value"),
                name="catalog_facet_count_top",
            ),
        ),
        migrations.AddConstraint(
            model_name="facetcount",
            constraint=models.UniqueConstraint(
                fields=("scope", "key", "value"), name="catalog_facet_count_once"
            ),
        ),
        migrations.AddField(
            model_name="runplace",
            name="beamline",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.beamline"
            ),
        ),
        migrations.AddField(
            model_name="runplace",
            name="proposal",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.proposal",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="beamline",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.beamline",
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="savedsearch",
            name="proposal",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="runplace",
            constraint=models.UniqueConstraint(
                fields=("beamline", "proposal"), name="catalog_run_place_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("name"),
                name="catalog_saved_search_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(("beamline__isnull", True), ("proposal__isnull", True), _connector="OR"),
                name="catalog_saved_search_one_place",
            ),
        ),
    ]
