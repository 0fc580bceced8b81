from django.db import migrations


class Migration(migrations.Migration):
    """Keep a run in one piece: words, text and metadata of a usual run were put aside one by one.

    A search that tests what it found reads some thousand runs, and each piece put aside costs four pages more.
    """

    dependencies = [("catalog", "0008_document_addresses")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE catalog_run SET (toast_tuple_target = 4080)",
            "ALTER TABLE catalog_run RESET (toast_tuple_target)",
        ),
    ]
