"""The client reads what the server writes, and the other way round."""

import json

from hypothesis import given
from hypothesis import strategies as st

from beamport import encoding
from catalog.documents.encoding import dumps, loads, to_storable

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.sampled_from([-0.0, 1e16, 1e22, "$numberDouble"])
    | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(), max_size=8) | st.just("$object"), inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a, b):
    return json.dumps(to_storable(a)) == json.dumps(to_storable(b))


@given(documents)
def test_what_one_side_writes_the_other_reads(doc):
    assert same(encoding.read(dumps(doc)), doc)
    assert same(loads(encoding.write(doc)), doc)
