"""Runs in the archive of the demo beamline, for tests that look at runs; and a way to bring more in."""

import uuid
from datetime import UTC, datetime, timedelta

from catalog.documents.encoding import dumps
from tests.support.catalog_runs import scan
from tests.support.installation import Installation

SAMPLE = f"LaB6-{uuid.uuid4().hex[:6]}"


def last_month():
    """Give a moment in the middle of the month before this one."""
    first = datetime.now(UTC).replace(day=1, hour=12)
    return (first - timedelta(days=14)).timestamp()


def sent(client, proposal, documents):
    """Import a run as staff; give its uid."""
    listed = list(documents)
    body = b"\n".join(dumps([name, doc]) for name, doc in listed)
    answer = client.post(
        "/api/v1/imports",
        params={"beamline": "demo", "proposal": proposal},
        content=body,
        headers={
            "X-CSRFToken": client.cookies["csrftoken"],
            "Referer": str(client.base_url),
            "Content-Type": "application/octet-stream",
        },
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["quarantined"] == 0, answer.text
    return listed[0][1]["uid"]


def last_months_runs(beamport: Installation) -> dict[str, str]:
    """Keep three scans and a count of last month, and one that failed; give their uids by name."""
    at = last_month()
    with beamport.rest("user") as rest:
        proposal = rest.get("proposals").json()["results"][0]["number"]
    with beamport.signed_in("staff") as staff:
        found = {}
        for number, (plan, sample) in enumerate(
            [("scan", SAMPLE), ("scan", SAMPLE), ("count", SAMPLE), ("scan", "CeO2")], 1
        ):
            uid = str(uuid.uuid4())
            more = {"plan_name": plan, "sample": sample, "scan_id": 9000 + number, "uid": uid}
            found[f"{plan}-{number}"] = sent(
                staff, proposal, scan(8 + number, time=at + 600 * number, **more)
            )
        found["failed"] = sent(
            staff, proposal, scan(3, stop="fail", time=at, scan_id=9100, uid=str(uuid.uuid4()), sample=SAMPLE)
        )
    return found
