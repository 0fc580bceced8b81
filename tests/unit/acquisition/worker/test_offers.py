"""A preset that cannot be used is left out and told; the order of metadata is kept."""

import pytest

from acquisition.worker.offers import ordered_schema, preset_faults, presets_of

PLANS = {"scan": {}}


def test_a_preset_has_its_title_plan_and_parameters():
    given = {"peak": {"title": "Find it", "plan": "scan", "parameters": {"num": 3}}}
    assert presets_of(given, PLANS) == [
        {"name": "peak", "title": "Find it", "plan": "scan", "parameters": {"num": 3}}
    ]
    assert preset_faults(given, PLANS) == []


@pytest.mark.parametrize(
    ("preset", "fault"),
    [
        (3, "must be a table"),
        ({"parameters": {}}, "plan is missing"),
        ({"plan": "scam"}, "no plan 'scam'"),
        ({"plan": "scan", "parameters": [1]}, "parameters must be a table"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_told(preset, fault):
    given = {"bad": preset, "good": {"plan": "scan"}}
    assert [one["name"] for one in presets_of(given, PLANS)] == ["good"]
    (told,) = preset_faults(given, PLANS)
    assert told.startswith("preset bad: ")
    assert fault in told


def test_a_schema_without_properties_stays_as_it_is():
    assert ordered_schema({}) == {}
    assert ordered_schema({"type": "object", "properties": {"b": {}, "a": {}}})["x-order"] == ["b", "a"]
