"""Keep what is counted of a run in a narrow row, its keys in an index, and numbers of its stop among its numbers.

A filtered count read ten thousand whole runs for nine short values each; ``key:*``, ``num_events`` and
``duration`` read them all.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

KEYS = """
CREATE FUNCTION catalog_keys(start jsonb) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH RECURSIVE walk(path, node, depth) AS (
        SELECT top.key, top.value, 1
        FROM jsonb_each(CASE jsonb_typeof(start) WHEN 'object' THEN start ELSE '{}' END) AS top
        UNION ALL
        SELECT left(walk.path || inner_.step, 300), inner_.node, walk.depth + (inner_.step <> '')::int
        FROM walk, LATERAL (
            SELECT '.' || child.key AS step, child.value AS node
            FROM jsonb_each(CASE jsonb_typeof(walk.node) WHEN 'object' THEN walk.node ELSE '{}' END) AS child
            UNION ALL
            SELECT '', item
            FROM jsonb_array_elements(CASE jsonb_typeof(walk.node) WHEN 'array' THEN walk.node ELSE '[]' END) AS item
            WHERE jsonb_typeof(item) = 'object'
        ) AS inner_
        WHERE walk.depth < 6 AND jsonb_typeof(walk.node) IN ('object', 'array')
    )
    SELECT coalesce(array_agg(DISTINCT hashtext(path)), '{}') FROM walk
$$;
"""

FACTS = """
CREATE FUNCTION catalog_facts(run catalog_run) RETURNS catalog_runfacts LANGUAGE sql STABLE AS $$
    SELECT ROW(
        run.id, run.beamline_id, run.proposal_id, run.plan_name, coalesce(nullif(run.exit_status, ''), 'open'),
        left(run.username, 200), coalesce(catalog_sample(run.start), ''),
        ARRAY(SELECT name FROM catalog_texts(run.start -> 'motors') AS name ORDER BY name),
        ARRAY(SELECT name FROM catalog_texts(run.start -> 'detectors') AS name ORDER BY name)
    )::catalog_runfacts
$$;

CREATE FUNCTION catalog_stop_numbers(run catalog_run) RETURNS TABLE(key text, value double precision)
LANGUAGE sql STABLE AS $$
    SELECT '.duration', run.stop_time - run.time WHERE run.stop_time IS NOT NULL
    UNION ALL
    SELECT '.num_events', coalesce((run.num_events ->> 'primary')::double precision, 0) WHERE run.exit_status <> ''
$$;
"""

TRIGGERS = """
CREATE FUNCTION catalog_facts_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_runfacts
    SELECT fact.* FROM changed AS run CROSS JOIN LATERAL catalog_facts(run::catalog_run) AS fact;
    INSERT INTO catalog_runnumber (key, value, run_id)
    SELECT number.key, number.value, run.id
    FROM changed AS run CROSS JOIN LATERAL catalog_stop_numbers(run::catalog_run) AS number
    WHERE run.exit_status <> '';
    RETURN NULL;
END
$$;

CREATE FUNCTION catalog_facts_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalog_runfacts WHERE run_id IN (SELECT id FROM changed);
    RETURN NULL;
END
$$;

CREATE FUNCTION catalog_facts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalog_runfacts WHERE run_id = NEW.id;
    INSERT INTO catalog_runfacts SELECT * FROM catalog_facts(NEW);
    DELETE FROM catalog_runnumber WHERE run_id = NEW.id AND key IN ('.num_events', '.duration');
    INSERT INTO catalog_runnumber (key, value, run_id) SELECT key, value, NEW.id FROM catalog_stop_numbers(NEW);
    RETURN NULL;
END
$$;

CREATE TRIGGER catalog_run_facts_added AFTER INSERT ON catalog_run
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog_facts_added();
CREATE TRIGGER catalog_run_facts_removed AFTER DELETE ON catalog_run
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog_facts_removed();
CREATE TRIGGER catalog_run_facts_changed AFTER UPDATE ON catalog_run FOR EACH ROW
    WHEN (
        OLD.exit_status IS DISTINCT FROM NEW.exit_status
        OR OLD.stop_time IS DISTINCT FROM NEW.stop_time
        OR OLD.start IS DISTINCT FROM NEW.start
        OR OLD.plan_name IS DISTINCT FROM NEW.plan_name
        OR OLD.username IS DISTINCT FROM NEW.username
        OR OLD.time IS DISTINCT FROM NEW.time
        OR OLD.beamline_id IS DISTINCT FROM NEW.beamline_id
        OR OLD.proposal_id IS DISTINCT FROM NEW.proposal_id
        OR (NEW.exit_status <> '' AND OLD.num_events IS DISTINCT FROM NEW.num_events)
    )
    EXECUTE FUNCTION catalog_facts_changed();
"""

FIRST_FACTS = """
INSERT INTO catalog_runfacts
SELECT fact.* FROM catalog_run AS run CROSS JOIN LATERAL catalog_facts(run) AS fact ORDER BY run.id;
INSERT INTO catalog_runnumber (key, value, run_id)
SELECT number.key, number.value, run.id FROM catalog_run AS run CROSS JOIN LATERAL catalog_stop_numbers(run) AS number
ORDER BY number.key, number.value, run.id;
"""

UNDO = """
DROP TRIGGER catalog_run_facts_added ON catalog_run;
DROP TRIGGER catalog_run_facts_removed ON catalog_run;
DROP TRIGGER catalog_run_facts_changed ON catalog_run;
DROP FUNCTION catalog_facts_added, catalog_facts_removed, catalog_facts_changed;
DROP FUNCTION catalog_facts, catalog_stop_numbers;
DELETE FROM catalog_runnumber WHERE key IN ('.num_events', '.duration');
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_rows_in_one_piece")]

    operations = [
        migrations.CreateModel(
            name="RunFacts",
            fields=[
                ("run_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("beamline_id", models.BigIntegerField()),
                ("proposal_id", models.BigIntegerField(null=True)),
                ("plan", models.TextField()),
                ("status", models.TextField()),
                ("username", models.TextField()),
                ("sample", models.TextField()),
                ("motors", django.contrib.postgres.fields.ArrayField(models.TextField())),
                ("detectors", django.contrib.postgres.fields.ArrayField(models.TextField())),
            ],
        ),
        migrations.RunSQL(FACTS + TRIGGERS + FIRST_FACTS, UNDO),
        migrations.RunSQL(KEYS, "DROP FUNCTION catalog_keys"),
        migrations.AddField(
            model_name="run",
            name="keys",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("start", function="catalog_keys"),
                help_text="hashes of the dotted keys of the metadata",
                output_field=django.contrib.postgres.fields.ArrayField(models.IntegerField()),
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="catalog_run_keys"),
        ),
        migrations.RemoveIndex(model_name="run", name="catalog_run_plan"),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                models.F("plan_name"),
                models.OrderBy(models.F("time"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="catalog_run_plan",
            ),
        ),
    ]
