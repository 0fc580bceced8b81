"""Whatever is asked of the Tiled routes, the answer is good or a refusal, and shows nobody else's data."""

import json

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.stage import set_stage

words = st.text(st.characters(codec="utf-8"), max_size=20)
fuzz = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FILTERS = ["eq", "noteq", "in", "notin", "comparison", "contains", "like", "regex", "fulltext", "keypresent"]
FILTERS += ["lookup", "keys_filter", "specs", "structure_family", "nonsense"]
FIELDS = [
    "key",
    "value",
    "operator",
    "pattern",
    "case_sensitive",
    "text",
    "exists",
    "keys",
    "include",
    "exclude",
]
values = (
    words
    | st.sampled_from(
        ["start.plan_name", "stop.exit_status", "start.time", "(((", "a{9999}", "%\\", "lt", "ge"]
    )
    | st.recursive(
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | words,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=5,
    ).map(json.dumps)
)
filters = st.dictionaries(
    st.builds("filter[{}][condition][{}]".format, st.sampled_from(FILTERS), st.sampled_from(FIELDS)),
    values,
    max_size=4,
)
others = st.dictionaries(
    st.sampled_from(
        ["sort", "page[offset]", "page[limit]", "page[cursor]", "fields", "metadata", "counts", "slice"]
    )
    | st.sampled_from(
        ["block", "expected_shape", "column", "partition", "format", "filter[x", "select_metadata"]
    ),
    values,
    max_size=4,
)
PATHS = (
    *("metadata/", "search/", "distinct/", "metadata/{run}", "search/{run}", "search/{run}/primary"),
    *(
        "metadata/{run}/primary/internal/det",
        "metadata/{run}/primary/camera",
        "table/full/{run}/primary/internal",
    ),
    *("table/partition/{run}/primary/internal", "array/full/{run}/primary/internal/det"),
    *("array/full/{run}/primary/camera", "array/block/{run}/primary/camera", "container/full/{run}"),
)


@pytest.fixture
def stage(db):
    return set_stage()


def get(client, path, **options):
    answer = client.get(f"/tiled/api/v1/{path}", **options)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.mark.parametrize("path", PATHS)
@settings(parent=fuzz)
@given(
    query=filters, other=others, accept=st.sampled_from(["*/*", "application/x-msgpack", "text/html", "x"])
)
def test_any_question_is_answered(stage, path, query, other, accept):
    client = Client()
    client.force_login(stage.facility.users["admin"])
    with transaction.atomic():
        answer = get(
            client, path.format(run=stage.parts["run"]), data={**query, **other}, headers={"Accept": accept}
        )
        transaction.set_rollback(True)
    assert answer.status_code < 500 or answer.json()["code"] == "search_timeout"
    if answer.status_code >= 400:
        assert {"code", "detail"} <= set(answer.json()) <= {"code", "detail", "fields", "hint"}


@fuzz
@given(path=words)
def test_any_path_is_answered(stage, path):
    client = Client()
    client.force_login(stage.facility.users["admin"])
    for route in ("metadata", "search", "array/full", "table/full", "container/full"):
        assert get(client, f"{route}/{path}").status_code < 500


@pytest.mark.parametrize("pattern", [r"(a+)\1", "(?=a)b", "((a{1,255}){1,255}){1,255}", "***=a"])
def test_a_regular_expression_that_could_take_for_ever_is_refused(stage, pattern):
    client = Client()
    client.force_login(stage.facility.users["admin"])
    asked = "filter[regex][condition][{}]".format
    refused = get(client, "search/", data={asked("key"): "sample", asked("pattern"): pattern})
    assert (refused.status_code, "not run" in refused.content.decode()) == (400, True)
    assert get(client, "search/", data={asked("key"): "sample", asked("pattern"): "a+$"}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_each_caller_gets_what_it_may_see(stage, path):
    run = stage.parts["run"]
    address = path.format(run=run)
    found = {}
    for name in ("stranger", "outsider", "observer", "pi", "staff", "admin"):
        client = Client()
        client.force_login(stage.facility.users[name])
        query = {"partition": "0", "block": "0,0,0", "format": "json-seq" if "container" in path else "arrow"}
        answer = get(client, address, data=query)
        found[name] = answer.status_code
        if name in ("stranger", "outsider") and answer.status_code == 200:
            assert run not in answer.content.decode()
            assert answer.json()["data"]["attributes"]["metadata"] == {} if "metadata" in path else True
    is_list = "{run}" not in path
    hidden = 200 if is_list else 404
    assert found == {"stranger": hidden, "outsider": hidden} | dict.fromkeys(
        ("observer", "pi", "staff", "admin"), 200
    )
    assert get(Client(), address).status_code in (401, 403)


def test_a_key_without_the_right_to_read_gets_nothing(stage):
    text, _ = stage.facility.key("pi", "queue:read")
    headers = {"Authorization": f"Apikey {text}"}
    for path in PATHS:
        answer = get(Client(), path.format(run=stage.parts["run"]), headers=headers)
        assert answer.status_code in (403, 404), path
