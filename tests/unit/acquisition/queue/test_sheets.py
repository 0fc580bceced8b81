"""Tables of plans that were packed to do harm: refused before they are unpacked, and nothing is written."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from acquisition.queue.sheets import MAX_UNPACKED, SheetError, lines_of, read_sheet, text_of


def repacked(**members):
    """Give a workbook with further members, or others in their place."""
    made, data = io.BytesIO(), io.BytesIO()
    Workbook().save(made)
    with zipfile.ZipFile(made) as book, zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in book.namelist():
            if name not in members:
                archive.writestr(name, book.read(name))
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_a_zip_bomb_is_refused_by_what_it_says_that_it_unpacks_to():
    bomb = repacked(**{"xl/media/image1.png": bytes(MAX_UNPACKED + 1)})
    assert len(bomb) < MAX_UNPACKED / 100
    with pytest.raises(SheetError, match="Unpacked the file has"):
        read_sheet(lines_of(bomb), {})


ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><workbook>&a9;</workbook>"
)


@pytest.mark.parametrize(
    "members",
    [{"xl/workbook.xml": ENTITIES}, {"xl/workbook.xml": '<!DOCTYPE w SYSTEM "file:///etc/passwd"><w/>'}],
)
def test_a_workbook_whose_text_grows_or_comes_from_elsewhere_is_refused(members):
    with pytest.raises(SheetError, match="cannot be read|no row|first row"):
        read_sheet(lines_of(repacked(**members)), {})


def test_a_formula_is_not_left_out_but_a_fault_of_its_cell():
    book, made = Workbook(), io.BytesIO()
    for cells in (["plan", "num"], ["count", 3], ["count", "=1+1"]):
        book.active.append(cells)
    book.save(made)
    spec = {"name": "num", "type": "integer", "repeat": None}
    plain, computed = read_sheet(
        lines_of(made.getvalue()), {"count": {"name": "count", "parameters": [spec]}}
    )
    assert (plain.item["parameters"], plain.faults) == ({"num": 3}, {})
    assert list(computed.faults) == ["num"]
    assert text_of(lines_of(made.getvalue())) == "plan\tnum\ncount\t3\ncount\t=1+1\n"


def test_members_that_lead_out_of_the_folder_are_never_unpacked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SheetError, match="first row|no row|plan"):
        read_sheet(lines_of(repacked(**{"../../escaped.txt": "x", "/escaped.txt": "x"})), {})
    assert list(tmp_path.rglob("*")) == []
    assert not (tmp_path.parent.parent / "escaped.txt").exists()
