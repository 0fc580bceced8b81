"""Keep the plan modules of a beamline, so that dry runs find the plans."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("acquisition", "0001_initial")]

    operations = [
        migrations.AddField(model_name="environment", name="modules", field=models.JSONField(default=list)),
    ]
