import threading

import numpy as np
import pytest

import keras
from keras.src import backend
from keras.src.backend.common import global_state
from keras.src.backend.common.name_scope import current_path, name_scope
from keras.src.utils import naming


def values(x):
    return backend.convert_to_numpy(x)


def tensor(x):
    return backend.convert_to_tensor(x)


def test_stateless_scope_reads_and_writes_its_mapping():
    first, second = backend.Variable([1.0, 2.0]), backend.Variable(0.0)
    with backend.StatelessScope(state_mapping=[(first, tensor([9.0, 9.0]))]) as scope:
        assert backend.in_stateless_scope() and backend.get_stateless_scope() is scope
        assert values(first.value).tolist() == [9, 9] and first.numpy().tolist() == [9, 9]
        first.assign_add([1.0, 1.0])
        assert values(first.value).tolist() == [10, 10]
        assert scope.get_current_value(second) is None
    assert not backend.in_stateless_scope()
    assert values(scope.get_current_value(first)).tolist() == [10, 10]
    assert values(first.value).tolist() == [1, 2]


def test_stateless_scope_checks_its_mapping():
    variable = backend.Variable([1.0, 2.0])
    with pytest.raises(ValueError, match="shape"):
        backend.StatelessScope(state_mapping=[(variable, tensor([1.0]))])
    with pytest.raises(ValueError, match="keras.Variable"):
        backend.StatelessScope(state_mapping=[(3, tensor([1.0]))])


def test_stateless_scopes_nest_and_survive_exceptions():
    variable = backend.Variable(1.0)
    with backend.StatelessScope([(variable, tensor(2.0))]) as outer:
        with pytest.raises(RuntimeError):
            with backend.StatelessScope([(variable, tensor(3.0))]):
                assert float(variable) == 3
                raise RuntimeError
        assert backend.get_stateless_scope() is outer and float(variable) == 2
    assert float(variable) == 1


def test_losses_and_updates_are_collected():
    variable = backend.Variable(1.0)
    with backend.StatelessScope(collect_losses=True) as scope:
        scope.add_loss("loss")
        scope.add_update((variable, "update"))
    assert scope.losses == ["loss"] and scope.get_current_value(variable) == "update"


def test_symbolic_scope():
    assert not backend.in_symbolic_scope()
    with keras.SymbolicScope() as scope:
        assert backend.in_symbolic_scope() and backend.get_symbolic_scope() is scope
    assert backend.get_symbolic_scope() is None


def test_scopes_belong_to_their_thread():
    seen = []
    with backend.StatelessScope(), keras.SymbolicScope():
        thread = threading.Thread(
            target=lambda: seen.append((backend.in_stateless_scope(), backend.in_symbolic_scope()))
        )
        thread.start()
        thread.join()
    assert seen == [(False, False)]


def test_name_scopes():
    caller = object()
    with name_scope("a", caller=caller):
        with name_scope("a", caller=caller), name_scope("b"):
            assert current_path() == "a/b"
        with name_scope("a", caller=object()):
            assert current_path() == "a/a"
        with name_scope("a", caller=caller, deduplicate=False):
            assert current_path() == "a/a"
        with name_scope("c", override_parent="elsewhere"):
            assert current_path() == "elsewhere/c"
        with name_scope("d", override_parent=""):
            assert current_path() == "d"
    assert current_path() == ""


def test_remat_scope():
    assert backend.get_current_remat_mode() is None
    with keras.RematScope(mode="larger_than", output_size_threshold=7):
        with keras.RematScope(mode="list_of_layers", layer_names=["x"]):
            assert backend.get_current_remat_mode().layer_names == ["x"]
        mode = backend.get_current_remat_mode()
        assert (mode.mode, mode.output_size_threshold) == ("larger_than", 7)
    with pytest.raises(ValueError, match="other"):
        keras.RematScope(mode="other")


def test_masks_travel_with_their_tensor():
    x, mask = tensor(np.ones((2, 3), "float32")), tensor([True, False])
    assert backend.get_keras_mask(x) is None
    backend.set_keras_mask(x, mask)
    assert backend.get_keras_mask(x) is mask
    assert backend.get_keras_mask(tensor(np.ones((2, 3), "float32"))) is None
    backend.set_keras_mask(x, None)
    assert backend.get_keras_mask(x) is None


def test_masks_of_arrays_die_with_them():
    from keras.src.backend.common import masking

    before = len(masking.MASKS_APART)
    x = np.ones(3)
    backend.set_keras_mask(x, "mask")
    assert backend.get_keras_mask(x) == "mask"
    del x
    assert len(masking.MASKS_APART) == before


def test_global_attributes_and_clear_session(monkeypatch):
    calls = []
    monkeypatch.setattr(global_state, "_session_hooks", [lambda: calls.append(1)])
    assert global_state.get_global_attribute("missing") is None
    assert global_state.get_global_attribute("kept", 3, set_to_default=True) == 3
    assert global_state.get_global_attribute("kept") == 3
    naming.auto_name("Thing")
    keras.utils.clear_session(free_memory=False)
    assert global_state.get_global_attribute("kept") is None and calls == [1]
    assert naming.auto_name("Thing") == "thing"


def test_names():
    keras.utils.clear_session()
    assert [naming.auto_name("BatchNormalization") for _ in range(3)] == [
        "batch_normalization",
        "batch_normalization_1",
        "batch_normalization_2",
    ]
    assert (keras.backend.get_uid("x"), keras.backend.get_uid("x"), keras.backend.get_uid()) == (1, 2, 1)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Dense", "dense"),
        ("Conv2D", "conv2d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("ReLU", "re_lu"),
        ("PReLU", "p_re_lu"),
        ("LSTM", "lstm"),
        ("GRUCell", "gru_cell"),
        ("ConvLSTM2D", "conv_lstm2d"),
        ("GlobalAveragePooling1D", "global_average_pooling1d"),
        ("RandomHSV", "random_hsv"),
        ("already_snake", "already_snake"),
    ],
)
def test_snake_case(name, expected):
    assert naming.to_snake_case(name) == expected
