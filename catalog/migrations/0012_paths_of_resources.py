import django.contrib.postgres.indexes
import django.db.models.fields.json
from django.db import migrations, models


class Migration(migrations.Migration):
    """Find the runs that name a file of a resource, before it is deleted with one of them."""

    dependencies = [("catalog", "0011_row_security")]

    operations = [
        migrations.AddIndex(
            model_name="document",
            index=django.contrib.postgres.indexes.HashIndex(
                django.db.models.fields.json.KT("doc__resource_path"),
                condition=models.Q(("name", "resource")),
                name="catalog_document_path",
            ),
        ),
    ]
