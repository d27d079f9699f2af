"""Names that are told apart."""

from keras.src.utils.naming import apart


def test_names_are_told_apart_by_numbers():
    taken = set()
    assert [apart(name, taken) for name in ("a", "a", "b", "a", "a_1")] == ["a", "a_1", "b", "a_2", "a_1_1"]
    assert taken == {"a", "a_1", "b", "a_2", "a_1_1"}
