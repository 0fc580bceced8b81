"""Indexes that answer what rights ask of a run without its row; counts that are not folded, by scope.

An index of the beamline or the proposal alone is the beginning of one that goes on by time: PostgreSQL read the
half of all runs through it to find those of a week.
"""

import django.db.models.deletion
from django.db import migrations, models

FRESH = """
CREATE VIEW catalog_facetfresh AS
SELECT 0::bigint AS scope, key, value, change AS n FROM catalog_facetchange
UNION ALL SELECT place, key, value, change FROM catalog_facetchange
UNION ALL SELECT -at.beamline_id, key, value, change
    FROM catalog_facetchange JOIN catalog_runplace AS at ON at.id = place
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_published_proposals"),
        ("catalog", "0013_waiting_in_quarantine"),
    ]

    operations = [
        migrations.RunSQL(FRESH, "DROP VIEW catalog_facetfresh"),
        migrations.RemoveIndex(
            model_name="run",
            name="catalog_run_latest",
        ),
        migrations.RemoveIndex(
            model_name="run",
            name="catalog_run_plan",
        ),
        migrations.AlterField(
            model_name="run",
            name="beamline",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.beamline",
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="proposal",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.proposal",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["-time", "-id"], include=("beamline", "proposal"), name="catalog_run_latest"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["plan_name", "-time", "-id"],
                include=("beamline", "proposal"),
                name="catalog_run_plan",
            ),
        ),
    ]
