"""Remember which item held the queue, so that why is told to those who may see the item."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("acquisition", "0003_environment_presets")]

    operations = [
        migrations.AddField(
            model_name="beamlinequeue",
            name="hold_item",
            field=models.ForeignKey(
                blank=True,
                help_text="the item whose end the reason tells of; told to who may see the item",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="acquisition.queueitem",
            ),
        )
    ]
