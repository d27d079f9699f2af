"""The tier `tiny`: its files exist, and its marker is on them."""

import pytest

import conftest


def test_the_files_of_the_tiny_tier_exist(pytestconfig):
    assert not [name for name in conftest.TINY if not (pytestconfig.rootpath / name).exists()]


def test_marks_only_what_the_table_names(pytestconfig):
    class Item:
        def __init__(self, name):
            self.path, self.marks = pytestconfig.rootpath / name, []

        def add_marker(self, mark):
            self.marks.append(mark)

    items = [Item(conftest.TINY[0]), Item("keras/src/ops/ops_test.py")]
    conftest.pytest_collection_modifyitems(pytestconfig, items)
    assert [item.marks for item in items] == [[pytest.mark.tiny], []]
