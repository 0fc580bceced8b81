"""A notebook draws what the browser draws."""

import pytest

from frontend.figures import documents_figure
from tests.support.catalog_runs import scan


def test_the_last_event_of_a_number_counts_and_rows_are_in_order():
    documents = list(scan(3))
    again = {**documents[2][1], "data": {"det": 77.0, "sx": 0.0}}
    made = documents_figure([*documents[:2], documents[3], documents[2], ("event", again)])
    assert made.figure["data"][0]["y"] == [77.0, 10.0]


def test_the_stream_of_the_plan_is_drawn_when_none_is_named():
    beside = {"uid": "b", "name": "baseline", "data_keys": {"ring": {"dtype": "number", "shape": []}}}
    documents = list(scan(3))
    made = documents_figure([documents[0], ("descriptor", beside), *documents[1:]])
    assert made.axes.y == ("det",)
    assert documents_figure([*documents, ("descriptor", beside)], stream_name="baseline").axes.y == ("ring",)


@pytest.mark.parametrize("missing", ["start", "descriptor"])
def test_documents_that_tell_too_little_are_refused(missing):
    with pytest.raises(LookupError, match="There is no"):
        documents_figure(document for document in scan(3) if document[0] != missing)
