"""A notebook draws what the browser draws."""

import pytest

from frontend.figures import documents_figure
from tests.support.catalog_runs import scan


def test_the_last_event_of_a_number_counts_and_rows_are_in_order():
    documents = list(scan(3))
    again = {**documents[2][1], "data": {"det": 77.0, "sx": 0.0}}
    made = documents_figure([*documents[:2], documents[3], documents[2], ("event", again)])
    assert made.figure["data"][0]["y"] == [77.0, 10.0]


@pytest.mark.parametrize("missing", ["start", "descriptor"])
def test_documents_that_tell_too_little_are_refused(missing):
    with pytest.raises(LookupError, match="There is no"):
        documents_figure(document for document in scan(3) if document[0] != missing)
