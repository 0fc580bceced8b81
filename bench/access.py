"""What access costs a list: `python -m bench access [--runs 100000] [--proposals 1000]`.

The newest 20 runs and some searches, asked by the selectors: unrestricted (an administrator, as the owner of
the tables, who passes row security), and by a member of three proposals, by staff and by the administrator
through the role of the web process, behind both walls. Then the same over HTTP with API keys, from a server
of the owner's and one of the web role's. Asked in turn, so that the machine's other work meets all alike.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench import _seeded_runs as seeded
from bench.search import Caller, questions, served

REPEATS = 100
WARMING = 8
GOAL = 1.3
QUESTIONS = ("latest 20 by time", "plan and week", "two words", "metadata key")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--proposals", type=int, default=1_000)
    options, _ = parser.parse_known_args()
    import tests.support.services  # noqa: F401  starts the servers before the settings are read

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("database_roles", verbosity=0)
    seeded.PROPOSALS = options.proposals
    print(f"{options.runs:,} runs of {options.proposals:,} proposals in {seeded.fill(options.runs):.0f} s")
    _table(options.runs)


def _table(count: int) -> None:
    from django.db import connection

    from accounts.database_roles import Roles

    web = Roles.of(connection.settings_dict["NAME"]).web
    people = _people()
    _print("by the selectors", _by_selectors(people, web, questions(count)))
    owner = os.environ["DATABASE_URL"]
    as_web = owner.replace("://beamport@", f"://{web}@")
    with served() as (port, _), served({"DATABASE_URL": as_web}) as (port_of_web, _):
        callers = {name: _caller(port_of_web, actor) for name, actor in people.items()}
        everyone = {"unrestricted": _caller(port, people["admin"]), **callers}
        _print("over HTTP", _over_http(everyone, questions(count)))


def _by_selectors(
    people: dict[str, Any], web: str, asked: dict[str, dict[str, str]]
) -> dict[str, dict[str, list[float]]]:
    callers = {"unrestricted": (people["admin"], "")} | {name: (one, web) for name, one in people.items()}

    def ask(name: str, who: str) -> float:
        actor, role = callers[who]
        _take(role)
        return _asked(actor, asked[name])

    return _in_turn(list(callers), ask)


def _over_http(
    callers: dict[str, Caller], asked: dict[str, dict[str, str]]
) -> dict[str, dict[str, list[float]]]:
    def ask(name: str, who: str) -> float:
        began = time.perf_counter()
        status, body = callers[who].get("/api/v1/runs", {"limit": "20", **asked[name]})
        if status != 200:
            raise RuntimeError(f"{who}: {name}: {status} {body[:200]!r}")
        return (time.perf_counter() - began) * 1000

    return _in_turn(list(callers), ask)


def _in_turn(callers: list[str], ask: Callable[[str, str], float]) -> dict[str, dict[str, list[float]]]:
    """Give the milliseconds of each question for each caller; the first times of all warm up."""
    taken: dict[str, dict[str, list[float]]] = {name: {who: [] for who in callers} for name in QUESTIONS}
    for name in QUESTIONS:
        for repeat in range(WARMING + REPEATS):
            for who in callers:
                milliseconds = ask(name, who)
                if repeat >= WARMING:
                    taken[name][who].append(milliseconds)
    return taken


def _print(title: str, taken: dict[str, dict[str, list[float]]]) -> None:
    callers = next(iter(taken.values()))
    print(f"{title}: p50 / p95 ms, goal {GOAL} x p95".ljust(44) + "".join(f"{name:>24}" for name in callers))
    for name, times in taken.items():
        told = (_told(one, times["unrestricted"]) for one in times.values())
        print(f"{name:44}" + "".join(f"{one:>24}" for one in told), flush=True)


def _caller(port: int, actor: Any) -> Caller:
    from accounts.services import create_key

    key = create_key(actor=actor, scopes=["run:read"], note="bench")[0]
    return Caller(port, {"Authorization": f"ApiKey {key}", "Accept": "application/json"})


def _told(times: list[float], unrestricted: list[float]) -> str:
    p95 = _p95(times)
    return f"{statistics.median(times):.1f} / {p95:.1f} x{p95 / _p95(unrestricted):.2f}"


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


def _take(role: str) -> None:
    from django.db import connection

    from accounts import row_security

    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{role}"' if role else "RESET ROLE")
    row_security.note_wall(connection=connection)
    row_security.close()


def _asked(actor: Any, asked: dict[str, str]) -> float:
    from catalog import selectors
    from catalog.queries import RunQuery
    from catalog.search import run_query

    texts = {key: asked.get(key, "") for key in ("q", "since", "until")}
    query = RunQuery(plan=asked.get("plan", ""), limit=20)
    query = run_query(texts["q"], since=texts["since"], until=texts["until"], query=query)
    began = time.perf_counter()
    selectors.runs(actor, query)
    return (time.perf_counter() - began) * 1000


def _people() -> dict[str, Any]:
    from accounts.actor import system_actor
    from accounts.models import Membership, Proposal
    from accounts.selectors import actor_for_username
    from accounts.services import assign_staff, create_user

    system = system_actor("bench")
    for name in ("admin", "member", "staff"):
        user = create_user(
            actor=system, username=name, password="correct-horse-battery-9", is_facility_admin=name == "admin"
        )
        if name == "member":
            for number in (3, seeded.PROPOSALS // 2, seeded.PROPOSALS - 2):
                proposal = Proposal.objects.get(number=f"GUP-{number}")
                Membership.objects.create(user=user, proposal=proposal, role="member")
    assign_staff(actor=system, beamline="one", username="staff")
    return {name: actor_for_username(name) for name in ("admin", "member", "staff")}
