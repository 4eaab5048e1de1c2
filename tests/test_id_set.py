"""Ids that were seen, against a set of their texts."""

from hypothesis import given
from hypothesis import strategies as st

from loader.id_set import IdSet

IDS = st.one_of(
    st.integers(0, 1_000).map(str),
    st.integers(0, 10**30).map(str),
    st.integers(0, 99).map("{:03d}".format),
    st.sampled_from(["", "-1", "0", "00", "1.0", "\u0667", "7", "²", "a", "9" * 18, f"1{0:018d}"]),
    st.uuids().map(str),
)


@given(st.lists(st.one_of(IDS, st.none())), st.lists(IDS))
def test_it_holds_what_a_set_holds(added: list[str | None], asked: list[str]) -> None:
    ids, expected = IdSet(), {id for id in added if id is not None}
    half = len(added) // 2
    ids.update(added[:half])
    ids.update(added[half:])
    assert len(ids) == len(expected)
    assert [id in ids for id in [*asked, *expected]] == [
        id in expected for id in [*asked, *expected]
    ]
