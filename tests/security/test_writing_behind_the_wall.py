"""Runs of many points come in by the web role too, whose rows the database watches over."""

import pytest

from accounts import access, row_security
from accounts.actor import system_actor
from accounts.database_roles import set_up
from catalog import selectors
from tests.support.catalog_runs import KEYS, make_place, scan, stored
from tests.support.database_role import acting_as


@pytest.mark.parametrize("batch", [0, 90])
def test_a_long_run_is_stored_as_it_is_without_the_wall(db, batch):
    place = make_place()
    plain = stored(place, scan(200), batch=batch)
    with acting_as(set_up().web):
        assert row_security.is_walled()
        access.scopes(system_actor("tests"))
        walled = stored(place, scan(200), batch=batch)
    one, other = (selectors.table(place.member, uid, "primary") for uid in (plain, walled))
    assert one == other
    assert len(other["columns"]["det"]) == 200
    assert set(other["columns"]) == set(KEYS)
