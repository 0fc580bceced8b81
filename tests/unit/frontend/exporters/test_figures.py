"""The figure of a run as pictures and as a page."""

import io
import json
import re

import pytest
from PIL import Image

from catalog.export.errors import NothingToExportError
from catalog.export.testing import check_exporter, empty_run, grid_run, odd_run, rewound_run, written
from frontend.exporters.figures import EXPORTERS

BY_NAME = {known.name: known for known in EXPORTERS}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_each_picture_keeps_the_rules_of_the_kit(name):
    check_exporter(BY_NAME[name])


def test_a_picture_shows_something_at_the_size_asked_for():
    data = written(BY_NAME["png"], grid_run(), width=4, height=3, dpi=100)
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.size == (400, 300)
    assert len(set(picture.resize((40, 30)).get_flattened_data())) > 50


def test_a_vector_picture_names_its_axes():
    text = written(BY_NAME["svg"], rewound_run()).decode()
    assert text.startswith("<?xml")
    assert "<path" in text


def test_a_page_stands_alone_and_runs_no_text_of_the_run():
    documents = grid_run()
    documents[0][1]["plan_name"] = "</script><script>alert(1)</script>"
    text = written(BY_NAME["html"], documents).decode()
    assert "<script>alert(1)" not in text
    assert "Plotly.newPlot" in text
    assert "<title>&lt;/script&gt;" in text
    assert re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', text) == []


@pytest.mark.parametrize("wrong", [{"y": ["nobody"]}, {"x": "note"}, {"y": ["det +"]}])
def test_what_cannot_be_drawn_is_told(wrong):
    with pytest.raises(NothingToExportError):
        written(BY_NAME["png"], grid_run(), **wrong)


def test_each_format_draws_what_was_chosen():
    chosen = {"y": ["det", "twice = 2 * det"], "slow": "none", "log": ["y"]}
    for name in ("png", "svg", "pdf", "html"):
        assert written(BY_NAME[name], grid_run(), **chosen) != written(BY_NAME[name], grid_run())
    figure = json.loads(written(BY_NAME["plotly"], grid_run(), **chosen))
    assert [line["name"] for line in figure["data"]] == ["det", "twice"]
    assert figure["layout"]["yaxis"]["type"] == "log"


def test_runs_without_the_stream_are_refused():
    for documents in (empty_run(), odd_run()):
        with pytest.raises(LookupError):
            written(BY_NAME["png"], documents, stream="primary")


def test_a_run_without_events_is_told_as_that():
    with pytest.raises(NothingToExportError, match="has no events"):
        written(BY_NAME["png"], empty_run())
