import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import json_gate
from accounts.errors import InvalidError, TooLargeError

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(st.characters()), inner, max_size=5),
    max_leaves=20,
)


@given(st.binary(max_size=300))
def test_bytes_give_a_value_or_an_invalid_error_and_nothing_else(data):
    with contextlib.suppress(InvalidError):
        json_gate.parse(data)


@given(values)
def test_json_of_any_value_gives_that_value_or_an_invalid_error(value):
    data = json.dumps(value).encode()
    with contextlib.suppress(InvalidError):
        assert json_gate.parse(data) == json.loads(data)


@given(values)
def test_what_passes_can_be_written_as_strict_json_and_read_again(value):
    try:
        json_gate.check(value)
    except InvalidError:
        return
    text = json.dumps(value, allow_nan=False, ensure_ascii=False)
    assert "\x00" not in text
    assert json_gate.parse(text.encode("utf-8")) == value


@given(
    st.recursive(scalars | st.binary() | st.complex_numbers(), lambda i: st.lists(i) | st.sets(st.integers()))
)
def test_check_of_any_python_value_raises_nothing_but_invalid_error(value):
    with contextlib.suppress(InvalidError):
        json_gate.check(value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Expecting value"),
        (b"\xff\xfe", "UTF-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b'{"a": 1e999}', "finite"),
        (b'{"a": NaN}', "NaN"),
        (b"[-Infinity]", "-Infinity"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'["\\u0000"]', "NUL"),
        (b'{"\\u0000": 1}', "NUL"),
        (b'["\\ud800"]', "surrogate"),
        (b"[" + b"9" * 5000 + b"]", "digits"),
        (b"[18446744073709551616]", "64 bits"),
        (b"[" * 65 + b"]" * 65, "deeper"),
        (b"[" * 100_000, "deeper"),
        (b'{"' + b"k" * 257 + b'": 1}', "257"),
        (b"[1] trailing", "Extra data"),
    ],
)
def test_each_bad_input_is_told_by_its_name(data, words):
    with pytest.raises(InvalidError) as refusal:
        json_gate.parse(data)
    assert words in refusal.value.detail


def test_limits_themselves_are_taken_and_one_more_is_refused():
    assert json_gate.parse(b"[" * 64 + b"]" * 64)
    assert json_gate.parse(b"[18446744073709551615, -9223372036854775808]")
    assert json_gate.parse(b"[1,2]", max_bytes=5)
    with pytest.raises(InvalidError):
        json_gate.parse(b"[1, 2]", max_bytes=5)
    with pytest.raises(InvalidError):
        json_gate.parse(b"[1,2,3]", max_values=3)
    with pytest.raises(TooLargeError):
        json_gate.check_size(6, max_bytes=5)


def test_fault_says_where_it_is():
    with pytest.raises(InvalidError) as refusal:
        json_gate.parse(b'{"parameters": {"args": [1, 1e400]}}')
    assert "$.parameters.args[1]" in refusal.value.detail


def test_a_list_that_holds_itself_is_refused():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(InvalidError):
        json_gate.check(loop)


def test_text_of_a_query_is_kept_or_refused_with_its_name():
    assert json_gate.check_text("scan", name="q") == "scan"
    for bad in ("a\x00b", "\ud800", "x" * 1001):
        with pytest.raises(InvalidError) as refusal:
            json_gate.check_text(bad, name="q")
        assert "q" in refusal.value.fields


def test_a_doubled_key_among_very_many_is_found_in_one_pass():
    keys = ",".join(f'"k{number}":1' for number in range(60_000))
    with pytest.raises(InvalidError, match="twice"):
        json_gate.parse(f'{{{keys},"k59999":2}}'.encode())
