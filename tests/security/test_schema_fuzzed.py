"""What the OpenAPI schema promises, asked by every kind of caller: no fault, no drift, nothing of others.

Each operation is asked by one caller in a usual run, in turn, so that each caller asks many operations;
`BEAMPORT_FUZZ_EXAMPLES=20` asks every operation so often by every caller.
"""

import json
import os
from functools import cache
from itertools import cycle, islice
from urllib.parse import urlencode

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import response_schema_conformance

from tests.security.access_table import Row, row
from tests.security.stage import KEY_COLUMNS, set_stage

DEEP = int(os.environ.get("BEAMPORT_FUZZ_EXAMPLES", "0"))
CALLERS = (
    *("anonymous", "stranger", "outsider", "observer", "member", "pi", "staff", "admin"),
    *("key", "expired", "revoked"),
)
A_TURN = 1
PARTS = 4
FOREIGN = ("run", "uid", "command", "proposed", "preset", "note", "attachment", "entry")
OUTSIDERS = ("anonymous", "stranger", "outsider", "expired", "revoked")
KEY_ROW: Row = row("GET", "me", "run:read queue:read device:read", "- - - - - - - - - - - -")
STREAMED = ("/api/v1/schema",)


@cache
def promised():
    return schemathesis.openapi.from_dict(SchemaGenerator().get_schema(public=True))


def operations():
    found = (result.ok() for result in promised().get_all_operations())
    return [one for one in found if one.path not in STREAMED]


@pytest.fixture
def stage(db):
    return set_stage()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.timeout(300 if not DEEP else 0)
def test_every_operation_keeps_its_promise_to_every_caller(stage, part):
    faults = []
    turns = cycle(CALLERS)
    for operation in operations()[part::PARTS]:
        callers = CALLERS if DEEP else tuple(islice(turns, A_TURN))
        try:
            ask(stage, operation, callers)
        except (AssertionError, Failure, FailureGroup) as error:
            faults.append(f"{operation.method.upper()} {operation.path}: {error}"[:1500])
    assert faults == [], "\n\n".join(faults)


def ask(stage, operation, callers):
    """Ask one operation with composed requests, each by all these callers."""

    @settings(
        max_examples=DEEP or 1,
        deadline=None,
        database=None,
        derandomize=not DEEP,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), at_real_things=st.booleans())
    def one(case, at_real_things):
        if at_real_things or not DEEP:
            case.path_parameters = {**case.path_parameters, **parts_of(stage, case)}
        for caller in callers:
            check(stage, case, caller, *answer(stage, case, caller))

    one()


def parts_of(stage, case):
    """Give what the stage has for the parts of a path."""
    parts = {**stage.parts, "uid": stage.parts["run"]} if "/runs/" in case.path else stage.parts
    return {name: parts[name] for name in case.path_parameters if name in parts}


def answer(stage, case, caller):
    client, headers = Client(raise_request_exception=False), {"Accept": "application/json"}
    if caller in KEY_COLUMNS:
        headers["Authorization"] = f"ApiKey {stage._key(KEY_ROW, caller)}"
    elif caller != "anonymous":
        client.force_login(stage.facility.users[caller])
    path = case.formatted_path + (f"?{urlencode(case.query, doseq=True)}" if case.query else "")
    body = json.dumps(case.body, default=str) if isinstance(case.body, dict | list | str) else ""
    with transaction.atomic():
        response = client.generic(
            case.method, path, body, content_type=case.media_type or "application/json", headers=headers
        )
        content = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    return f"{path} {body}", response, content


def check(stage, case, caller, sent, response, content):
    request = requests.Request(case.method, f"http://testserver{case.formatted_path}").prepare()
    headers = {name.lower(): [value] for name, value in response.items()}
    told = schemathesis.Response(response.status_code, headers, content, request, 0.0, verify=False)
    case.validate_response(told, checks=[not_a_server_error, response_schema_conformance])
    where = f"{case.method} {sent} as {caller}: {response.status_code}"
    if response.status_code < 300:
        assert str(response.status_code) in case.operation.definition.raw["responses"], where
    elif response.status_code >= 400:
        assert {"code", "detail"} <= set(json.loads(content)) <= {"code", "detail", "fields", "hint"}, where
    if caller in OUTSIDERS:
        text = content.decode(errors="replace")
        seen = [name for name in FOREIGN if stage.parts[name] in text and stage.parts[name] not in sent]
        assert seen == [], f"{where} shows {seen}"
