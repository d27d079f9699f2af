"""`TorchModuleWrapper`: modules of PyTorch train, are saved and loaded as layers."""

import base64

import numpy as np
import pytest

import keras
from keras import layers
from keras.src import backend

is_known = backend.own_code.hold_module is not None
with_modules = pytest.mark.skipif(
    not is_known, reason="the engine does not know modules of PyTorch; see test_other_engines"
)
torch = pytest.importorskip("torch") if is_known else None
X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X.sum(-1, keepdims=True)


def normalized():
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Dropout(0.5))


if is_known:

    @keras.saving.register_keras_serializable("torch_module_wrapper_test")
    class Scaled(torch.nn.Module):
        def __init__(self, units, factor=1.0):
            super().__init__()
            self.units, self.factor = units, factor
            self.linear = torch.nn.Linear(3, units)
            self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

        def forward(self, x):
            return self.factor * self.linear(x)

        def get_config(self):
            return {"units": self.units, "factor": self.factor}


@pytest.mark.skipif(is_known, reason="the engine knows modules of PyTorch")
def test_other_engines():
    with pytest.raises(ValueError, match="needs the torch backend"):
        layers.TorchModuleWrapper(object())
    config = {"module": base64.b64encode(b"x").decode(), "output_shape": None}
    with pytest.raises(ValueError, match="safe_mode=False"):
        layers.TorchModuleWrapper.from_config(config)
    with pytest.raises(ValueError, match="needs the torch backend"):
        layers.TorchModuleWrapper.from_config(config, safe_mode=False)


@with_modules
class TestModules:
    def test_parameters_are_weights(self):
        module = normalized()
        module[0].bias.requires_grad = False
        layer = layers.TorchModuleWrapper(module, name="wrapped")
        assert [w.name for w in layer.trainable_weights] == ["0_weight", "1_weight", "1_bias"]
        assert [w.path for w in layer.non_trainable_weights] == ["wrapped/0_bias"]
        assert layer.weights[0].value is module[0].weight
        assert [id(p) for p in layer.parameters()] == [id(p) for p in module.parameters()]
        layer.trainable = False
        assert not any(p.requires_grad for p in module.parameters())
        layer = layers.TorchModuleWrapper(torch.nn.Linear(3, 2), trainable=False)
        assert not any(w.trainable for w in layer.weights)
        assert not any(p.requires_grad for p in layer.parameters())

    def test_training_sets_the_mode(self):
        layer = layers.TorchModuleWrapper(normalized())
        x = torch.as_tensor(X)
        mean = layer.module[1].running_mean.clone()
        still = layer(x, training=False)
        torch.testing.assert_close(layer(x, training=False), still)
        torch.testing.assert_close(layer.module[1].running_mean, mean)
        assert not torch.equal(layer(x, training=True), layer(x, training=True))
        assert not torch.equal(layer.module[1].running_mean, mean)

    @pytest.mark.parametrize("output_shape", [None, (None, 4)])
    def test_symbolic_calls_change_nothing(self, output_shape):
        module = normalized()
        before = {name: x.clone() for name, x in module.state_dict().items()}
        outputs = layers.TorchModuleWrapper(module, output_shape=output_shape)(keras.Input((3,)))
        assert outputs.shape == (None, 4) and outputs.dtype == "float32"
        assert module.training
        torch.testing.assert_close(module.state_dict(), before)

    def test_fit_trains_the_module_of_an_attribute(self):
        class Model(keras.Model):
            def __init__(self):
                super().__init__()
                self.hidden = torch.nn.Linear(3, 4)
                self.out = layers.Dense(1)

            def call(self, x):
                return self.out(self.hidden(x))

        model = Model()
        assert isinstance(model.hidden, layers.TorchModuleWrapper)
        before = model.hidden.module.weight.detach().clone()
        model.compile("adam", "mse")
        losses = model.fit(X, Y, epochs=5, verbose=0).history["loss"]
        assert losses[-1] < losses[0] and len(model.weights) == 4
        assert not torch.equal(model.hidden.module.weight, before)
        names = ["hidden.module.bias", "hidden.module.weight", "out.bias", "out.kernel"]
        assert sorted(dict(model.named_parameters())) == names

    def test_equals_the_module_trained_by_hand(self):
        module, other = torch.nn.Linear(3, 1), torch.nn.Linear(3, 1)
        other.load_state_dict(module.state_dict())
        model = keras.Sequential([keras.Input((3,)), layers.TorchModuleWrapper(module)])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.fit(X, Y, batch_size=8, epochs=3, verbose=0)
        optimizer = torch.optim.SGD(other.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(other(torch.as_tensor(X)), torch.as_tensor(Y)).backward()
            optimizer.step()
        torch.testing.assert_close(module.state_dict(), other.state_dict())

    @pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
    def test_mixed_precision(self, policy):
        layer = layers.TorchModuleWrapper(torch.nn.Linear(3, 2), dtype=policy)
        outputs = layer(X)
        assert backend.standardize_dtype(outputs.dtype) == policy.removeprefix("mixed_")
        assert layer.weights[0].dtype == "float32"

    def test_numbers_of_many_kinds(self):
        layer = layers.TorchModuleWrapper(torch.nn.Bilinear(3, 3, 2))
        x = torch.as_tensor(X)
        torch.testing.assert_close(layer(x, x), layer.module(x, x))


@with_modules
class TestFiles:
    def saved(self, module, path):
        model = keras.Sequential([keras.Input((3,)), layers.TorchModuleWrapper(module)])
        model.save(path)
        return model

    def test_registered_modules_are_saved_without_pickles(self, tmp_path):
        module = Scaled(2, factor=3.0)
        module.calls += 5
        model = self.saved(module, tmp_path / "model.keras")
        loaded = keras.models.load_model(tmp_path / "model.keras")
        copy = loaded.layers[0].module
        assert type(copy) is Scaled and copy.factor == 3.0 and copy.calls == 5
        np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)
        assert set(model.layers[0].get_config()) == {"name", "trainable", "dtype", "module", "output_shape"}

    def test_others_are_pickled_and_refused_in_safe_mode(self, tmp_path):
        model = self.saved(normalized(), tmp_path / "model.keras")
        with pytest.raises(ValueError, match="pickled module"):
            keras.models.load_model(tmp_path / "model.keras")
        config = model.layers[0].get_config()
        with pytest.raises(ValueError, match="pickled module"):
            layers.TorchModuleWrapper.from_config(config)
        loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=False)
        np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-6)

    def test_weights_go_into_another_model(self, tmp_path):
        model = self.saved(normalized(), tmp_path / "model.keras")
        model.layers[0](X, training=True)
        model.save_weights(tmp_path / "model.weights.h5")
        other = keras.Sequential([keras.Input((3,)), layers.TorchModuleWrapper(normalized())])
        other.load_weights(tmp_path / "model.weights.h5")
        torch.testing.assert_close(other.layers[0].module.state_dict(), model.layers[0].module.state_dict())


@with_modules
class TestRefusals:
    def test_what_is_no_module(self):
        with pytest.raises(TypeError, match="torch.nn.Module"):
            layers.TorchModuleWrapper(3)

    def test_lazy_modules(self):
        lazy = torch.nn.Sequential(torch.nn.LazyLinear(2))
        with pytest.raises(ValueError, match="called once"):
            layers.TorchModuleWrapper(lazy)
        lazy(torch.as_tensor(X))
        assert len(layers.TorchModuleWrapper(lazy).weights) == 2

    def test_weights_of_another_module(self):
        store = {}
        layers.TorchModuleWrapper(torch.nn.Linear(3, 2)).save_own_variables(store)
        with pytest.raises(ValueError, match="parameters and buffers"):
            layers.TorchModuleWrapper(torch.nn.Linear(3, 2, bias=False)).load_own_variables(store)
        with pytest.raises(ValueError, match="has the shape"):
            layers.TorchModuleWrapper(torch.nn.Linear(4, 2)).load_own_variables(store)
