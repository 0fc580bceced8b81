"""Rows of other systems: known again by their external id, told one by one, tried without a trace."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts import audit
from accounts.errors import ForbiddenError, InvalidError
from accounts.imports.reading import COLUMNS, MAX_ROWS, REQUIRED, rows_of_csv, rows_of_json
from accounts.imports.services import import_rows
from accounts.models import AuditEntry, Membership, Proposal, Sample, User, Visit
from accounts.services import create_beamline
from tests.support.people import SYSTEM

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "facility-import.md"
BODY = {
    "people": [{"username": "ada", "external_id": "person-17", "email": "ada@example.org"}],
    "proposals": [{"number": "X-1", "external_id": "prop-1", "title": "Oxides", "beamlines": ["alpha"]}],
    "members": [{"proposal": "prop-1", "username": "ada", "role": "principal_investigator"}],
    "visits": [
        {
            "external_id": "visit-1",
            "proposal": "X-1",
            "beamline": "alpha",
            "starts_at": "2026-11-23T08:00:00Z",
            "ends_at": "2026-11-26T08:00:00+01:00",
            "local_contact": "contact",
            "members": [{"username": "ada", "role": "member"}],
        }
    ],
    "samples": [{"proposal": "X-1", "external_id": "s-1", "name": "film", "hazards": ["dust"]}],
}


def run(body=BODY, actor=SYSTEM, **options):
    return import_rows(actor=actor, rows=rows_of_json(body), **options)


def outcomes(report):
    return [(row["kind"], row["outcome"]) for row in report["rows"]]


def changed(kind, **facts):
    return {**BODY, kind: [{**BODY[kind][0], **facts}]}


def test_the_same_rows_again_change_nothing_and_leave_no_entry(facility):
    assert run()["counts"] == {"added": 5, "changed": 0, "unchanged": 0, "refused": 0}
    entries = AuditEntry.objects.count()
    assert run()["counts"] == {"added": 0, "changed": 0, "unchanged": 5, "refused": 0}
    assert AuditEntry.objects.count() == entries
    assert audit.verify().broken_at is None
    assert not User.objects.get(username="ada").has_usable_password()
    assert Visit.objects.get(external_id="visit-1").number == "X-1-v1"


@pytest.mark.parametrize(
    ("kind", "facts", "read", "now"),
    [
        ("people", {"email": "a@b.org"}, lambda: User.objects.get(username="ada").email, "a@b.org"),
        ("people", {"is_active": False}, lambda: User.objects.get(username="ada").is_active, False),
        ("proposals", {"title": "Others"}, lambda: Proposal.objects.get(number="X-1").title, "Others"),
        (
            "proposals",
            {"beamlines": ["beta", "alpha"]},
            lambda: Proposal.objects.get(number="X-1").beamlines.count(),
            2,
        ),
        ("members", {"role": "principal_investigator"}, lambda: Membership.objects.count(), 5),
        ("visits", {"is_cancelled": True}, lambda: Visit.objects.get().is_cancelled, True),
        ("visits", {"members": []}, lambda: Visit.objects.get().members.count(), 0),
        ("visits", {"note": "late"}, lambda: Visit.objects.get().note, "late"),
        ("samples", {"name": "thin film"}, lambda: Sample.objects.get().name, "thin film"),
        ("samples", {"is_archived": True}, lambda: Sample.objects.get().is_archived, True),
    ],
)
def test_what_differs_is_changed_and_only_that(facility, kind, facts, read, now):
    run()
    report = run(changed(kind, **facts))
    assert read() == now
    told = dict(outcomes(report))
    told_of_kind = told.pop(kind)
    assert told_of_kind == ("unchanged" if kind == "members" else "changed")
    assert set(told.values()) == {"unchanged"}
    assert run(changed(kind, **facts))["counts"]["unchanged"] == 5


def test_a_refused_row_is_told_and_stops_no_other(facility):
    body = {
        "proposals": [
            {"number": "X-1"},
            {"number": "no/slash"},
            {"number": "X-2", "starts_at": "tomorrow"},
            {"number": "X-3", "colour": "red"},
            {"title": "none"},
            {"number": "X-4", "beamlines": ["nowhere"]},
            "text",
            {"number": "X-5"},
        ],
        "members": [{"proposal": "X-1", "username": "nobody"}, {"proposal": "none", "username": "pi"}],
    }
    report = run(body)
    assert report["counts"] == {"added": 2, "changed": 0, "unchanged": 0, "refused": 8}
    refused = {(row["kind"], row["row"]): row for row in report["rows"] if row["outcome"] == "refused"}
    assert list(refused["proposals", 2]["fields"]) == ["number"]
    assert list(refused["proposals", 3]["fields"]) == ["starts_at"]
    assert list(refused["proposals", 4]["fields"]) == ["colour"]
    assert refused["proposals", 5]["fields"] == {"number": ["is needed"]}
    assert "nowhere" in refused["proposals", 6]["detail"]
    assert list(refused["members", 1]["fields"]) == ["username"]
    assert sorted(Proposal.objects.filter(number__startswith="X").values_list("number", flat=True)) == [
        "X-1",
        "X-5",
    ]


def test_an_external_id_is_of_one_row_only(facility):
    run()
    for kind, facts in (
        ("people", {"username": "eve"}),
        ("proposals", {"number": "X-9"}),
        ("visits", {"beamline": "beta"}),
        ("samples", {"proposal": "P-1"}),
    ):
        assert (kind, "refused") in outcomes(run(changed(kind, **facts)))


def test_a_dry_run_tells_the_same_and_leaves_everything_as_it_was(facility):
    entries = AuditEntry.objects.count()
    tried = run(is_dry_run=True)
    assert AuditEntry.objects.count() == entries
    assert not Proposal.objects.filter(number="X-1").exists()
    assert not User.objects.filter(username="ada").exists()
    done = run()
    assert {**tried, "is_dry_run": False} == done
    assert AuditEntry.objects.count() > entries


def test_a_table_is_read_with_commas_or_semicolons(facility):
    run()
    for table in (
        'proposal,name,hazards,metadata\nX-1,one,dust; toxic,"{""batch"": 1}"\n\nX-1,two,,\n',
        'Proposal;Name;Hazards;Metadata\nX-1;one;"dust; toxic";{"batch": 1}\nX-1;two;;\n',
    ):
        report = import_rows(actor=SYSTEM, rows=rows_of_csv("samples", table))
        assert report["counts"]["refused"] == 0
    assert report["counts"]["unchanged"] == 2
    sample = Sample.objects.get(name="one")
    assert (sample.hazards, sample.metadata) == (["dust", "toxic"], {"batch": 1})


@pytest.mark.parametrize(
    "make",
    [
        lambda: rows_of_csv("kings", "a\n1"),
        lambda: rows_of_csv("samples", ""),
        lambda: rows_of_csv("samples", "proposal,colour\nP-1,red"),
        lambda: rows_of_csv("samples", "name,name\n1,2"),
        lambda: rows_of_csv("samples", "name\n" + "x\n" * (MAX_ROWS + 1)),
        lambda: rows_of_csv("samples", 'name\n"' + "x" * 200_000 + '"\n'),
        lambda: rows_of_json([]),
        lambda: rows_of_json({"samples": {}}),
        lambda: rows_of_json({"kings": []}),
        lambda: rows_of_json({"samples": [{}] * (MAX_ROWS + 1)}),
    ],
)
def test_what_is_no_import_is_refused_whole(make):
    with pytest.raises(InvalidError):
        make()


def test_members_import_their_own_samples_and_nothing_else(facility):
    own = {"samples": [{"proposal": "P-1", "name": "one"}, {"proposal": "P-2", "name": "two"}]}
    assert outcomes(run(own, actor=facility.actor("member"))) == [
        ("samples", "added"),
        ("samples", "refused"),
    ]
    for body in ({"proposals": [{"number": "X-1"}]}, BODY):
        with pytest.raises(ForbiddenError):
            run(body, actor=facility.actor("staff"))


def test_rest_takes_both_forms(facility):
    text, _ = facility.key("admin", "account:manage", "proposal:manage", "run:annotate")
    client = Client(headers={"Authorization": f"ApiKey {text}"})
    address = "/api/v1/facility/imports"
    sent = client.post(address, json.dumps(BODY), content_type="application/json")
    assert sent.json()["counts"]["added"] == 5
    table = "proposal,name\nX-1,more\n"
    sent = client.post(f"{address}?kind=samples&is_dry_run=true", table, content_type="text/csv")
    assert (sent.json()["is_dry_run"], sent.json()["counts"]["added"]) == (True, 1)
    assert not Sample.objects.filter(name="more").exists()
    for body in (b"\xff\xfe", b"name\n\x00", b"x" * 2**20 + b"x"):
        refused = client.post(f"{address}?kind=samples", body, content_type="text/csv")
        assert refused.status_code in (400, 413)
    assert client.post(address, table, content_type="text/csv").status_code == 400


def test_the_command_imports_a_file_and_says_what_was_refused(facility, tmp_path):
    file = tmp_path / "facility.json"
    file.write_text(json.dumps(BODY))
    out, err = StringIO(), StringIO()
    call_command("import_facility", str(file), "--dry-run", stdout=out)
    assert out.getvalue() == "Would be: 5 added, 0 changed, 0 unchanged, 0 refused\n"
    call_command("import_facility", str(file), stdout=out)
    table = tmp_path / "samples.csv"
    table.write_text("proposal,name\nX-1,one\nnone,two\n")
    with pytest.raises(CommandError, match="1 rows were refused"):
        call_command("import_facility", str(table), "--kind", "samples", stdout=out, stderr=err)
    assert err.getvalue().startswith("samples row 2 (none two): There is no proposal 'none'")
    with pytest.raises(CommandError, match="--kind"):
        call_command("import_facility", str(table))


def test_the_examples_of_the_page_run(facility):
    create_beamline(actor=SYSTEM, name="demo", title="Demo")
    text = PAGE.read_text()
    body = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
    assert run(body)["counts"] == {"added": 5, "changed": 0, "unchanged": 0, "refused": 0}
    table = re.search(r"```csv\n(.*?)```", text, re.DOTALL)[1]
    report = import_rows(actor=SYSTEM, rows=rows_of_csv("samples", table))
    assert report["counts"] == {"added": 1, "changed": 1, "unchanged": 0, "refused": 0}


def test_every_column_is_told_on_the_page():
    text = PAGE.read_text()
    for kind, columns in COLUMNS.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{kind}`"))
        told = [f"**`{name}`**" if name in REQUIRED[kind] else f"`{name}`" for name in columns]
        assert sorted(part.strip() for part in line.split("|")[2].split(",")) == sorted(told)
