"""Rules of a beamline, from the row that staff write to what a person, a queue and a worker are told."""

import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from accounts import rule_services as rules
from accounts import selectors as accounts
from accounts import services as people
from accounts.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from accounts.requests import actor_of_key
from acquisition.plans.msg import Msg
from acquisition.queue import batches, dry, selectors, services
from acquisition.queue.draft import Draft
from acquisition.queue.permits import NotPermittedError, permit_of
from acquisition.worker.guard import DeviceForbiddenError, ItemGuard
from acquisition.worker.item import standing_of
from acquisition.worker.limits import OutsideLimitsError
from acquisition.worker.rules_in_force import RulesWatch
from tests.integration.acquisition.test_queue_services import COUNT, entries, submit
from tests.support.people import SYSTEM

pytestmark = pytest.mark.django_db
SCAN = {"plan": "scan", "parameters": {"detectors": ["det"], "args": [["sx", 0, 2]], "num": 3}}


def add(facility, group, kind, pattern, who="staff", **more):
    return rules.add_rule(
        actor=facility.actor(who), beamline="alpha", group=group, kind=kind, pattern=pattern, **more
    )


def beginners(facility, *members):
    return rules.create_group(
        actor=facility.actor("staff"), beamline="alpha", name="beginners", members=members
    )


def refusal(check, *args, **more):
    with pytest.raises(NotPermittedError) as caught:
        check(*args, **more)
    return caught.value


def test_a_plan_that_no_rule_allows_is_refused_at_submission_and_not_shown(facility):
    beginners(facility, "member")
    add(facility, "beginners", "plan", "c*")
    error = refusal(submit, facility, **SCAN)
    assert "member may not run the plan scan at alpha" in error.detail
    assert "group beginners" in error.detail
    assert "staff" in error.hint
    assert "scan" not in selectors.plans(facility.actor("member"), "alpha")["plans"]
    assert "scan" not in selectors.environment(facility.actor("member"), "alpha")["plans"]
    with pytest.raises(NotFoundError):
        selectors.plan(facility.actor("member"), "alpha", "scan")
    assert submit(facility).plan_name == "count"
    for other in ("pi", "staff", "admin"):
        assert submit(facility, other, **SCAN).plan_name == "scan"
        assert "scan" in selectors.plans(facility.actor(other), "alpha")["plans"]


def test_fields_say_which_parameter_and_many_items_say_which_item(facility):
    add(facility, "members", "value", "sx", minimum=-1, maximum=1, note="sample cell")
    add(facility, "members", "points", "count", maximum=10)
    assert refusal(submit, facility, **SCAN).fields["args"][0].startswith("set sx to 2")
    actor = facility.actor("member")
    many = Draft(plan="count", parameters={"detectors": ["det"], "num": 11})
    with pytest.raises(InvalidError) as caught:
        services.submit_items(
            actor=actor, beamline="alpha", proposal="P-1", drafts=[Draft(**COUNT), Draft(**SCAN), many]
        )
    assert set(caught.value.fields) == {"items.1.args", "items.2.points"}
    told = dry.foretell(actor, "alpha", plan="scan", parameters=SCAN["parameters"])
    assert told["is_refused"]
    assert "sample cell" in told["fields"]["args"][0]
    table = b"plan,detectors,num\ncount,det,11\ncount,det,3\n"
    assert batches.read_table(actor, "alpha", proposal="P-1", data=table)["faulty"] == 1
    assert submit(facility, "staff", **SCAN).plan_name == "scan"


def test_a_change_of_an_item_is_checked_as_a_new_one(facility):
    item = submit(facility)
    add(facility, "members", "parameter", "count.num", maximum=4)
    actor = facility.actor("member")
    change = {"parameters": {"detectors": ["det"], "num": 5}}
    error = refusal(services.update_item, actor=actor, beamline="alpha", uid=str(item.uid), changes=change)
    assert set(error.fields) == {"num"}


def test_a_rule_made_while_the_item_waits_holds_at_its_start(facility):
    item = submit(facility, **SCAN)
    assert standing_of(item, "alpha")[1].is_open
    rule = add(facility, "member", "device", "sx", effect="forbid", act="move")
    permit = standing_of(item, "alpha")[1]
    assert refusal(permit.check_device, "sx", "move").detail.startswith("member may not move the device sx")
    rules.remove_rule(actor=facility.actor("staff"), beamline="alpha", uid=str(rule.uid))
    assert standing_of(item, "alpha")[1].is_open


class Motor:
    name, parent = "sx", None


def test_a_rule_made_while_the_item_runs_holds_at_its_next_message(facility):
    item = submit(facility, **SCAN)
    held, permit = standing_of(item, "alpha")
    guard = ItemGuard(username="member", held=held, access={}, at_checkpoint=lambda: None, permit=permit)
    told = []
    watch = RulesWatch("alpha", told.append)
    watch.follow(item, guard)

    def moves(position):
        watch.look()
        guard(Msg("set", Motor, position))

    moves(2)
    limited = add(facility, "members", "value", "sx", minimum=-1, maximum=1)
    with pytest.raises(OutsideLimitsError, match="rule .value sx -1 to 1. of"):
        moves(2)
    moves(1)
    add(facility, "members", "device", "sx", effect="forbid", act="move", note="cryostat is open")
    with pytest.raises(DeviceForbiddenError, match="cryostat is open"):
        moves(1)
    guard(Msg("stop", Motor))
    guard(Msg("read", Motor))
    assert len(told) == 2
    assert told[0] == "The rules for member have changed; they hold from the next message on."
    watch.forget()
    rules.remove_rule(actor=facility.actor("staff"), beamline="alpha", uid=str(limited.uid))
    with pytest.raises(DeviceForbiddenError):
        moves(1)


def test_rules_that_cannot_be_read_leave_those_that_the_running_item_has(facility):
    add(facility, "members", "device", "sx", effect="forbid", act="move")
    item = submit(facility)
    held, permit = standing_of(item, "alpha")
    guard = ItemGuard(username="member", held=held, access={}, at_checkpoint=lambda: None, permit=permit)
    watch = RulesWatch("alpha", pytest.fail)
    item.submitted_by = "nobody-of-this-name"
    watch.follow(item, guard)
    watch.look()
    with pytest.raises(DeviceForbiddenError):
        guard(Msg("set", Motor, 0))


def test_rules_of_one_proposal_bind_there_only(facility):
    add(facility, "members", "plan", "scan", effect="forbid", proposal="P-3")
    assert submit(facility, **SCAN).plan_name == "scan"
    allowed = {"P-1": True, "P-3": False}
    people.add_member(actor=SYSTEM, proposal="P-3", username="member")
    for number, is_allowed in allowed.items():
        permit = permit_of(facility.actor("member"), "alpha", proposal_id=facility.proposal_id(number))
        assert (permit.plan_refusal("scan") is None) is is_allowed
    assert permit_of(facility.actor("member"), "alpha").plan_refusal("scan") is None


def test_staff_are_not_among_the_members_and_no_rule_binds_an_administrator(facility):
    people.add_member(actor=SYSTEM, proposal="P-1", username="staff")
    add(facility, "members", "plan", "scan", effect="forbid")
    assert permit_of(facility.actor("staff"), "alpha").plan_refusal("scan") is None
    add(facility, "everyone", "plan", "scan", effect="forbid")
    assert permit_of(facility.actor("staff"), "alpha").plan_refusal("scan") is not None
    assert permit_of(facility.actor("admin"), "alpha").plan_refusal("scan") is None


def test_a_key_is_bound_as_its_owner(facility):
    beginners(facility, "member")
    add(facility, "beginners", "plan", "count")
    text, _ = facility.key("member", "queue:write")
    assert permit_of(actor_of_key(text), "alpha").plan_refusal("scan") is not None


def test_a_direct_move_is_refused_before_it_is_a_command(facility):
    add(facility, "members", "value", "sx", minimum=-1, maximum=1)
    add(facility, "members", "device", "sy", effect="forbid", act="read")
    ask = {"actor": facility.actor("member"), "beamline": "alpha"}
    act = services.request_device_action
    assert set(refusal(act, **ask, device="sx", action="move", value=2.0).fields) == {"value"}
    assert set(refusal(act, **ask, device="sy", action="read").fields) == {"device"}
    for device, value in (("sx", 0.5), ("sy", None)):
        action = "move" if value is not None else "halt_move"
        with pytest.raises(ConflictError, match="is not open"):
            act(**ask, device=device, action=action, value=value)
    assert set(selectors.devices(facility.actor("member"), "alpha")["devices"]) == {"det", "sx"}


def test_the_limits_of_a_device_are_those_that_hold_for_the_person(facility):
    own = selectors.devices(facility.actor("pi"), "alpha")["devices"]["sx"]["limits"]
    beginners(facility, "member")
    add(facility, "beginners", "value", "sx", minimum=0.5, maximum=own[1] + 100)

    def told(who):
        return selectors.devices(facility.actor(who), "alpha")["devices"]["sx"]["limits"]

    assert told("member") == [0.5, own[1]]
    assert told("pi") == told("staff") == told("admin") == own


def test_why_gives_the_chain_from_role_to_rule(facility):
    beginners(facility, "member")
    add(facility, "beginners", "device", "sx", effect="forbid", act="move", note="broken")
    staff = facility.actor("staff")
    told = selectors.why(staff, "alpha", user="member", device="sx", plan="count")
    assert not told["is_allowed"]
    assert [answer["is_allowed"] for answer in told["answers"]] == [True, False]
    assert told["rules"] == ['rule "forbid move sx" of group beginners (broken)']
    assert told["ask"] == ["staff", "contact"]
    text = "\n".join(told["reasons"])
    for part in (
        "member is member of P-1",
        " UTC, which runs now",
        "group beginners",
        "may run the plan count",
        "broken",
    ):
        assert part in text
    assert selectors.why(staff, "alpha", user="pi", device="sx")["is_allowed"]
    stranger = selectors.why(staff, "alpha", user="stranger", device="sx")
    assert "stranger has no role at alpha" in stranger["reasons"]
    assert not stranger["is_allowed"]
    with pytest.raises(ForbiddenError):
        selectors.why(facility.actor("pi"), "alpha", user="member", device="sx")
    with pytest.raises(NotFoundError):
        selectors.why(facility.actor("other_staff"), "alpha", user="member", device="sx")


def test_staff_write_the_rules_of_their_beamline_only_and_each_act_is_audited(facility):
    beginners(facility, "member")
    rule = add(facility, "beginners", "plan", "count", reason="first visit")
    staff = facility.actor("staff")
    rules.change_rule(actor=staff, beamline="alpha", uid=str(rule.uid), pattern="*scan")
    rules.change_group(actor=staff, beamline="alpha", name="beginners", members=["pi"])
    (changed,) = entries("rule.changed")
    assert (changed.before["pattern"], changed.after["pattern"]) == ("count", "*scan")
    (group,) = entries("group.changed")
    assert (group.before["members"], group.after["members"]) == (["member"], ["pi"])
    assert entries("rule.added")[0].reason == "first visit"
    for who, error in {"pi": ForbiddenError, "contact": ForbiddenError, "other_staff": NotFoundError}.items():
        with pytest.raises(error):
            add(facility, "everyone", "plan", "*", who)
        with pytest.raises(error):
            rules.remove_rule(actor=facility.actor(who), beamline="alpha", uid=str(rule.uid))
    with pytest.raises(NotFoundError):
        rules.remove_rule(actor=facility.actor("other_staff"), beamline="beta", uid=str(rule.uid))
    assert accounts.audit_entries(SYSTEM).filter(action="rule.removed").count() == 0


def test_a_group_of_the_facility_is_kept_by_administrators_and_used_by_staff(facility):
    make = {"beamline": "alpha", "name": "trained", "members": ["member"], "is_everywhere": True}
    with pytest.raises(ForbiddenError):
        rules.create_group(actor=facility.actor("staff"), **make)
    rules.create_group(actor=facility.actor("admin"), **make)
    add(facility, "trained", "plan", "count")
    assert permit_of(facility.actor("member"), "alpha").plan_refusal("scan") is not None
    with pytest.raises(ForbiddenError):
        rules.change_group(actor=facility.actor("staff"), beamline="alpha", name="trained", members=[])
    with pytest.raises(ConflictError, match="Rules use"):
        rules.remove_group(actor=facility.actor("admin"), beamline="alpha", name="trained")


WRONG = [
    ({"kind": "plan", "pattern": "a.b"}, "pattern"),
    ({"kind": "plan", "pattern": ""}, "pattern"),
    ({"kind": "device", "pattern": "sx..y"}, "pattern"),
    ({"kind": "device", "pattern": "s\x00x"}, "pattern"),
    ({"kind": "parameter", "pattern": "num", "maximum": 1}, "pattern"),
    ({"kind": "value", "pattern": "sx"}, "maximum"),
    ({"kind": "value", "pattern": "sx", "minimum": 2.0, "maximum": 1.0}, "maximum"),
    ({"kind": "value", "pattern": "sx", "maximum": float("nan")}, "minimum"),
    ({"kind": "plan", "pattern": "scan", "maximum": 1.0}, "minimum"),
    ({"kind": "planet", "pattern": "scan"}, "kind"),
    ({"kind": "plan", "pattern": "scan", "effect": "maybe"}, "effect"),
    ({"kind": "plan", "pattern": "scan", "group": "nobody"}, "group"),
]


@pytest.mark.parametrize(("asked", "field"), WRONG)
def test_a_rule_that_says_nothing_is_refused_by_field(facility, asked, field):
    with pytest.raises(InvalidError) as caught:
        rules.add_rule(actor=facility.actor("staff"), beamline="alpha", **{"group": "members", **asked})
    assert set(caught.value.fields) == {field}


@pytest.mark.parametrize(("count", "most"), [(0, 1), (1, 2), (40, 2)])
def test_rules_cost_two_queries_at_most(facility, django_assert_num_queries, count, most):
    for n in range(count):
        add(facility, "members", "plan", f"plan_{n}", effect="forbid")
    actor = facility.actor("member")
    with django_assert_num_queries(most):
        permit_of(actor, "alpha", proposal_id=facility.proposal_id("P-1")).check_plan("count")


@pytest.fixture
def pages(facility, client):
    client.force_login(facility.users["admin"])
    return client


def place():
    return apps.get_model("accounts", "Beamline").objects.get(name="alpha")


def form(**more):
    common = {
        "beamline": place().pk,
        "built_in": "members",
        "kind": "plan",
        "effect": "forbid",
        "act": "move",
    }
    return {**common, "pattern": "scan", **more}


def test_the_administration_pages_write_rules_with_before_and_after(facility, pages):
    root = "/admin/accounts/rule/"
    assert pages.post(f"{root}add/", form()).status_code == 302
    (row,) = apps.get_model("accounts", "Rule").objects.all()
    assert pages.post(f"{root}{row.pk}/change/", form(pattern="count")).status_code == 302
    (changed,) = entries("rule.changed")
    assert (changed.before["pattern"], changed.after["pattern"]) == ("scan", "count")
    assert b"forbid plan count" in pages.get(root).content
    refused = pages.post(f"{root}add/", form(kind="value", pattern="sx"))
    assert b"give minimum, maximum or both" in refused.content
    assert pages.post(f"{root}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [entry.before["pattern"] for entry in entries("rule.removed")] == ["count"]


def test_the_administration_pages_write_groups_with_before_and_after(facility, pages):
    root = "/admin/accounts/group/"
    ada = facility.users["member"].pk
    assert pages.post(f"{root}add/", {"name": "trained", "title": "", "members": [ada]}).status_code == 302
    (row,) = apps.get_model("accounts", "Group").objects.all()
    assert pages.post(f"{root}{row.pk}/change/", {"name": "trained", "title": "Trained"}).status_code == 302
    (changed,) = entries("group.changed")
    assert (changed.before["members"], changed.after["members"]) == (["member"], [])
    assert (changed.before["title"], changed.after["title"]) == ("", "Trained")


def test_the_rules_of_the_how_to_can_be_written(facility, client):
    page = (Path(settings.BASE_DIR) / "docs/how-to/first-day-of-a-facility-admin.md").read_text()
    beginners(facility)
    client.force_login(facility.users["staff"])
    orders = [json.loads(text) for text in re.findall(r"-d '(\{.*?\})'", page, re.DOTALL)]
    for line in page.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip(" |").split("|")]
        if len(cells) == 8 and cells[0] in ("members", "beginners"):
            named = zip(
                ("group", "kind", "effect", "act", "pattern", "minimum", "maximum"), cells, strict=False
            )
            orders.append({name: cell for name, cell in named if cell})
    assert len(orders) == 7
    for order in orders:
        answer = client.post("/api/v1/beamlines/alpha/rules", order, content_type="application/json")
        assert answer.status_code == 201, answer.content
    told = client.get("/api/v1/beamlines/alpha/permits", {"user": "member", "device": "sx"}).json()
    assert told["is_allowed"]
    assert 'rule "value sx -5 to 5" of people of a proposal (the cryostat is near)' in told["rules"]
