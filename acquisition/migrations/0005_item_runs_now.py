"""Remember which items a person asked to run now, so that a queue that opened for them runs them all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("acquisition", "0004_queue_hold_item")]

    operations = [
        migrations.AddField(
            model_name="queueitem",
            name="runs_now",
            field=models.BooleanField(default=False, help_text="asked to run before the queue is held again"),
        )
    ]
