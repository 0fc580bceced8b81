"""Keep presets and metadata schema of a beamline, so that the web host needs no manifest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("acquisition", "0002_environment_modules")]

    operations = [
        migrations.AddField(model_name="environment", name="presets", field=models.JSONField(default=list)),
        migrations.AddField(
            model_name="environment", name="metadata_schema", field=models.JSONField(default=dict)
        ),
    ]
