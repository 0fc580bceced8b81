"""A second wall for readers, in the database itself: rows of a run are shown only to who may read the run.

Whoever reads names themselves with the setting `beamport.reader`: the key of an account, or `everything`; with
no name there is nothing but what is published for everybody. The wall holds for roles that neither own the
tables nor may pass row security: the web process of an installation with roles of its own (`manage.py
database_roles`). What is written is checked by the services; a row that cannot be read cannot be changed.
"""

from django.db import migrations

# The arrays are sub-selects without outer references: computed once for a statement, not for each row.
READABLE = """
CREATE FUNCTION beamport_reader() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN named ~ '^[0-9]{1,18}$' THEN named::bigint END
    FROM (SELECT current_setting('beamport.reader', true) AS named) AS setting
$$;
CREATE FUNCTION beamport_readable_beamlines() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(beamline.id), '{}') FROM accounts_beamline AS beamline
    WHERE current_setting('beamport.reader', true) = 'everything'
    OR EXISTS (
        SELECT 1 FROM accounts_user AS person
        WHERE person.id = (SELECT beamport_reader()) AND person.is_active AND (
            person.is_facility_admin
            OR EXISTS (
                SELECT 1 FROM accounts_staffassignment AS staff
                WHERE staff.user_id = person.id AND staff.beamline_id = beamline.id
            )
        )
    )
$$;
CREATE FUNCTION beamport_readable_proposals() RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(found.id), '{}') FROM (
        SELECT membership.proposal_id AS id FROM accounts_membership AS membership
        JOIN accounts_user AS person ON person.id = membership.user_id AND person.is_active
        WHERE membership.user_id = (SELECT beamport_reader())
        UNION
        SELECT proposal.id FROM accounts_proposal AS proposal
        WHERE (
            proposal.audience = 'everyone'
            OR (proposal.audience = 'signed_in' AND (SELECT beamport_reader()) IS NOT NULL)
        ) AND (proposal.embargo_until IS NULL OR proposal.embargo_until <= now())
    ) AS found
$$;
"""

UNREADABLE = """
DROP FUNCTION beamport_readable_proposals();
DROP FUNCTION beamport_readable_beamlines();
DROP FUNCTION beamport_reader();
"""

BY_PLACE = """
    beamline_id = ANY ((SELECT beamport_readable_beamlines())::bigint[])
    OR proposal_id = ANY ((SELECT beamport_readable_proposals())::bigint[])
"""
# A scalar sub-select looks one run up by its key for each row; EXISTS could be planned as a list of all runs.
BY_RUN = "(SELECT true FROM catalog_run WHERE catalog_run.id = run_id)"
BY_PAGE = "(SELECT true FROM catalog_eventpage WHERE catalog_eventpage.id = page_id)"

READ = {
    "catalog_run": BY_PLACE,
    "catalog_runfacts": BY_PLACE,
    "catalog_quarantine": BY_PLACE,
    "catalog_document": BY_RUN,
    "catalog_eventpage": BY_RUN,
    "catalog_eventcolumn": BY_PAGE,
    "catalog_runtag": BY_RUN,
    "catalog_runrevision": BY_RUN,
    "catalog_runnote": BY_RUN,
    "catalog_runattachment": BY_RUN,
    "catalog_runlink": BY_RUN,
}


def _wall(table: str, readable: str) -> str:
    return f"""
    CREATE POLICY beamport_read ON {table} FOR SELECT USING ({readable});
    CREATE POLICY beamport_insert ON {table} FOR INSERT WITH CHECK (true);
    CREATE POLICY beamport_update ON {table} FOR UPDATE USING (true) WITH CHECK (true);
    CREATE POLICY beamport_delete ON {table} FOR DELETE USING (true);
    ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
    """


def _open(table: str) -> str:
    drops = "".join(
        f"DROP POLICY beamport_{act} ON {table};" for act in ("read", "insert", "update", "delete")
    )
    return f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY; {drops}"


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0010_narrow_facts"),
        ("accounts", "0006_visits_samples_publication"),
    ]

    operations = [
        migrations.RunSQL(READABLE, UNREADABLE),
        *(migrations.RunSQL(_wall(table, rule), _open(table)) for table, rule in READ.items()),
    ]
