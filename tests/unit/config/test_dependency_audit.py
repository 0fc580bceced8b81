"""An audit that could ask nobody does not pass for one that found nothing."""

from tests.support.dependency_audit import NOT_ASKED, VULNERABLE, verdict

GOOD = {"name": "django", "version": "5.2.9", "vulns": []}
BAD = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "zarr", "skip_reason": "Dependency not found on PyPI and could not be audited: zarr"}


def test_only_a_whole_answer_without_findings_is_good():
    assert verdict({"dependencies": [GOOD]})[0] == 0
    assert verdict({"dependencies": [GOOD, SKIPPED]})[0] == NOT_ASKED
    assert verdict({"dependencies": []})[0] == NOT_ASKED
    code, lines = verdict({"dependencies": [GOOD, BAD, SKIPPED]})
    assert (code, lines) == (VULNERABLE, ["old 1.0: PYSEC-1, fixed in 1.1"])
