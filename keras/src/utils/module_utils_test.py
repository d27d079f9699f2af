"""Modules that are imported when they are first used."""

import pickle
import sys

from keras.src.utils.module_utils import LazyModule


def test_a_pickle_names_the_module():
    module = LazyModule("json")
    assert module.dumps([1]) == "[1]"
    again = pickle.loads(pickle.dumps(module))
    assert repr(again) == "LazyModule('json')" and again.loads("[1]") == [1]


def test_a_module_is_prepared_where_it_is_imported_first(tmp_path, monkeypatch):
    (tmp_path / "a_new_module.py").write_text("value = 1")
    monkeypatch.syspath_prepend(tmp_path)
    seen = []
    module = LazyModule("a_new_module")
    module.prepare_by(lambda found: seen.append(found.value))
    assert not seen
    assert [module.value, module.value] == [1, 1] and seen == [1]
    # Who has imported it before has perhaps used it already.
    known = LazyModule("a_new_module")
    known.prepare_by(lambda found: seen.append("again"))
    assert known.value == 1 and seen == [1]
    monkeypatch.delitem(sys.modules, "a_new_module")
