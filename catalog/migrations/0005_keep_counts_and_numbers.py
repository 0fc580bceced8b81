"""Let the database keep the counts of values and the numbers by key, with each change of a run.

Changes are only added (`catalog_facetchange`), so that no writer waits for another; one of a thousand folds
them into the counts, if nobody else does at the moment.
"""

from django.db import migrations

FACETS = """
CREATE FUNCTION catalog_texts(items jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT DISTINCT left(item #>> '{}', 200)
    FROM jsonb_array_elements(
        CASE jsonb_typeof(items) WHEN 'array' THEN items WHEN 'string' THEN jsonb_build_array(items) ELSE '[]' END
    ) AS item
    WHERE jsonb_typeof(item) = 'string'
$$;

CREATE FUNCTION catalog_sample(start jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT left(coalesce(
        CASE WHEN jsonb_typeof(start -> 'sample') = 'string' THEN nullif(start ->> 'sample', '') END,
        CASE WHEN jsonb_typeof(start #> '{sample,name}') = 'string' THEN nullif(start #>> '{sample,name}', '') END,
        CASE WHEN jsonb_typeof(start -> 'sample_name') = 'string' THEN nullif(start ->> 'sample_name', '') END
    ), 200)
$$;

CREATE FUNCTION catalog_facets(run catalog_run) RETURNS TABLE(key text, value text) LANGUAGE sql STABLE AS $$
    SELECT * FROM (
        SELECT 'run', ''
        UNION ALL SELECT 'plan', run.plan_name
        UNION ALL SELECT 'status', coalesce(nullif(run.exit_status, ''), 'open')
        UNION ALL SELECT 'user', left(run.username, 200)
        UNION ALL SELECT 'sample', catalog_sample(run.start)
        UNION ALL SELECT 'hour', floor(run.time / 3600)::bigint::text
        UNION ALL SELECT 'motor', catalog_texts(run.start -> 'motors')
        UNION ALL SELECT 'detector', catalog_texts(run.start -> 'detectors')
    ) AS found(key, value)
    WHERE value IS NOT NULL AND (value <> '' OR key = 'run')
$$;

CREATE FUNCTION catalog_numbers(start jsonb) RETURNS TABLE(key text, value double precision)
LANGUAGE sql IMMUTABLE AS $$
    WITH RECURSIVE walk(path, node, depth) AS (
        SELECT top.key, top.value, 1 FROM jsonb_each(start) AS top
        WHERE top.key NOT IN ('time', 'uid', 'scan_id') AND jsonb_typeof(top.value) IN ('number', 'object', 'array')
        UNION ALL
        SELECT left(walk.path || inner_.step, 300), inner_.node, walk.depth + 1
        FROM walk, LATERAL (
            SELECT '.' || child.key AS step, child.value AS node
            FROM jsonb_each(CASE jsonb_typeof(walk.node) WHEN 'object' THEN walk.node ELSE '{}' END) AS child
            UNION ALL
            SELECT '', item
            FROM jsonb_array_elements(
                CASE WHEN jsonb_typeof(walk.node) = 'array' THEN
                    CASE WHEN jsonb_array_length(walk.node) <= 100 THEN walk.node ELSE '[]' END
                ELSE '[]' END
            ) AS item
        ) AS inner_
        WHERE walk.depth < 6 AND jsonb_typeof(walk.node) IN ('object', 'array')
          AND jsonb_typeof(inner_.node) IN ('number', 'object', 'array')
    )
    SELECT DISTINCT path, (node #>> '{}')::double precision FROM walk WHERE jsonb_typeof(node) = 'number' LIMIT 500
$$;
"""

COUNTING = """
CREATE FUNCTION catalog_fold_facets(most bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(7151940301) THEN
        RETURN;
    END IF;
    WITH taken AS (
        DELETE FROM catalog_facetchange
        WHERE id IN (SELECT id FROM catalog_facetchange ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED)
        RETURNING place, key, value, change
    ), scoped AS (
        SELECT 0::bigint AS scope, key, value, change FROM taken
        UNION ALL SELECT place, key, value, change FROM taken
        UNION ALL SELECT -rp.beamline_id, key, value, change FROM taken JOIN catalog_runplace rp ON rp.id = place
    )
    INSERT INTO catalog_facetcount AS kept (scope, key, value, count)
    SELECT scope, key, value, sum(change) FROM scoped
    GROUP BY scope, key, value HAVING sum(change) <> 0
    ON CONFLICT (scope, key, value) DO UPDATE SET count = kept.count + excluded.count;
END
$$;

CREATE FUNCTION catalog_fold_at_times(added bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last bigint;
BEGIN
    IF added = 0 THEN
        RETURN;
    END IF;
    last := currval('catalog_facetchange_id_seq');
    IF last / 1000 <> (last - added) / 1000 THEN
        PERFORM catalog_fold_facets(greatest(2000, 2 * added));
    END IF;
END
$$;

CREATE FUNCTION catalog_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO catalog_runplace (beamline_id, proposal_id)
    SELECT DISTINCT beamline_id, proposal_id FROM changed
    EXCEPT SELECT beamline_id, proposal_id FROM catalog_runplace
    ON CONFLICT DO NOTHING;
    INSERT INTO catalog_facetchange (place, key, value, change)
    SELECT place.id, facet.key, facet.value, count(*)
    FROM changed AS run
    JOIN catalog_runplace AS place
      ON place.beamline_id = run.beamline_id AND place.proposal_id IS NOT DISTINCT FROM run.proposal_id
    CROSS JOIN LATERAL catalog_facets(run::catalog_run) AS facet
    GROUP BY place.id, facet.key, facet.value;
    GET DIAGNOSTICS added = ROW_COUNT;
    PERFORM catalog_fold_at_times(added);
    INSERT INTO catalog_runnumber (key, value, run_id)
    SELECT number.key, number.value, run.id
    FROM changed AS run CROSS JOIN LATERAL catalog_numbers(run.start) AS number;
    RETURN NULL;
END
$$;

CREATE FUNCTION catalog_count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO catalog_facetchange (place, key, value, change)
    SELECT place.id, facet.key, facet.value, -count(*)
    FROM changed AS run
    JOIN catalog_runplace AS place
      ON place.beamline_id = run.beamline_id AND place.proposal_id IS NOT DISTINCT FROM run.proposal_id
    CROSS JOIN LATERAL catalog_facets(run::catalog_run) AS facet
    GROUP BY place.id, facet.key, facet.value;
    GET DIAGNOSTICS added = ROW_COUNT;
    PERFORM catalog_fold_at_times(added);
    DELETE FROM catalog_runnumber WHERE run_id IN (SELECT id FROM changed);
    RETURN NULL;
END
$$;

CREATE FUNCTION catalog_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added bigint;
BEGIN
    INSERT INTO catalog_runplace (beamline_id, proposal_id)
    SELECT NEW.beamline_id, NEW.proposal_id
    EXCEPT SELECT beamline_id, proposal_id FROM catalog_runplace
    ON CONFLICT DO NOTHING;
    INSERT INTO catalog_facetchange (place, key, value, change)
    SELECT place.id, facet.key, facet.value, sum(facet.change)
    FROM (
        SELECT OLD.beamline_id AS beamline, OLD.proposal_id AS proposal, key, value, -1 AS change
        FROM catalog_facets(OLD)
        UNION ALL
        SELECT NEW.beamline_id, NEW.proposal_id, key, value, 1 FROM catalog_facets(NEW)
    ) AS facet
    JOIN catalog_runplace AS place
      ON place.beamline_id = facet.beamline AND place.proposal_id IS NOT DISTINCT FROM facet.proposal
    GROUP BY place.id, facet.key, facet.value HAVING sum(facet.change) <> 0;
    GET DIAGNOSTICS added = ROW_COUNT;
    PERFORM catalog_fold_at_times(added);
    IF OLD.start IS DISTINCT FROM NEW.start THEN
        DELETE FROM catalog_runnumber WHERE run_id = NEW.id;
        INSERT INTO catalog_runnumber (key, value, run_id)
        SELECT key, value, NEW.id FROM catalog_numbers(NEW.start);
    END IF;
    RETURN NULL;
END
$$;
"""

STORAGE = """
-- The start document stays in the row, where searches and counts look; the longer texts go beside it.
ALTER TABLE catalog_run ALTER COLUMN start SET STORAGE MAIN;
"""

TRIGGERS = """
CREATE TRIGGER catalog_run_added AFTER INSERT ON catalog_run
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_added();
CREATE TRIGGER catalog_run_removed AFTER DELETE ON catalog_run
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_removed();
CREATE TRIGGER catalog_run_changed AFTER UPDATE ON catalog_run FOR EACH ROW
    WHEN (
        OLD.exit_status IS DISTINCT FROM NEW.exit_status
        OR OLD.start IS DISTINCT FROM NEW.start
        OR OLD.plan_name IS DISTINCT FROM NEW.plan_name
        OR OLD.username IS DISTINCT FROM NEW.username
        OR OLD.time IS DISTINCT FROM NEW.time
        OR OLD.beamline_id IS DISTINCT FROM NEW.beamline_id
        OR OLD.proposal_id IS DISTINCT FROM NEW.proposal_id
    )
    EXECUTE FUNCTION catalog_count_changed();
"""

FIRST_COUNT = """
INSERT INTO catalog_runplace (beamline_id, proposal_id) SELECT DISTINCT beamline_id, proposal_id FROM catalog_run;
INSERT INTO catalog_facetchange (place, key, value, change)
SELECT place.id, facet.key, facet.value, count(*)
FROM catalog_run AS run
JOIN catalog_runplace AS place
  ON place.beamline_id = run.beamline_id AND place.proposal_id IS NOT DISTINCT FROM run.proposal_id
CROSS JOIN LATERAL catalog_facets(run) AS facet
GROUP BY place.id, facet.key, facet.value;
SELECT catalog_fold_facets(9223372036854775807);
INSERT INTO catalog_runnumber (key, value, run_id)
SELECT number.key, number.value, run.id FROM catalog_run AS run CROSS JOIN LATERAL catalog_numbers(run.start) AS number
ORDER BY number.key, number.value, run.id;
"""

UNDO = """
ALTER TABLE catalog_run ALTER COLUMN start SET STORAGE EXTENDED;
DROP TRIGGER catalog_run_added ON catalog_run;
DROP TRIGGER catalog_run_removed ON catalog_run;
DROP TRIGGER catalog_run_changed ON catalog_run;
DROP FUNCTION catalog_count_added, catalog_count_removed, catalog_count_changed;
DROP FUNCTION catalog_fold_at_times, catalog_fold_facets;
DROP FUNCTION catalog_facets, catalog_numbers, catalog_sample, catalog_texts;
TRUNCATE catalog_runplace, catalog_facetchange, catalog_facetcount, catalog_runnumber;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_counts_and_numbers")]

    operations = [migrations.RunSQL(FACETS + COUNTING + STORAGE + TRIGGERS + FIRST_COUNT, UNDO)]
