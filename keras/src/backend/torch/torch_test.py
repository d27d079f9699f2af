"""What only PyTorch can show: layers as modules, and ops under its compilers and transformations."""

import numpy as np
import pytest

import keras
from keras.src import backend, ops

if backend.backend() != "torch":
    pytest.skip("needs the torch backend", allow_module_level=True)

import torch


@keras.saving.register_keras_serializable("torch_test")
class Blocks(keras.Model):
    """A model with layers in an attribute, in a list, and of PyTorch's own kind; it sets an attribute too early."""

    def __init__(self):
        self.early = 1
        super().__init__()
        self.first = keras.layers.Dense(4)
        self.blocks = [keras.layers.Dense(4), keras.layers.BatchNormalization()]
        self.foreign = torch.nn.Linear(4, 2)

    def call(self, x):
        x = self.first(x)
        for block in self.blocks:
            x = block(x)
        return self.foreign(x)


@pytest.fixture
def x():
    return torch.linspace(-1.0, 1.0, 15).reshape(5, 3)


@pytest.fixture
def model(x):
    model = Blocks()
    model(x)
    return model


class TestModules:
    def test_parameters_and_buffers_are_the_variables_once_each(self, model):
        parameters = dict(model.named_parameters())
        assert set(parameters) == {
            *("first.kernel", "first.bias", "blocks_0.kernel", "blocks_0.bias"),
            *("blocks_1.gamma", "blocks_1.beta", "foreign.module.weight", "foreign.module.bias"),
        }
        assert set(dict(model.named_buffers())) == {"blocks_1.moving_mean", "blocks_1.moving_variance"}
        assert parameters["first.kernel"] is model.first.kernel.value
        assert all(p.requires_grad for p in parameters.values())
        assert set(model.state_dict()) == {*parameters, "blocks_1.moving_mean", "blocks_1.moving_variance"}

    def test_a_state_dict_goes_into_another_model(self, model, x):
        other = Blocks()
        other(x)
        other.load_state_dict(model.state_dict())
        torch.testing.assert_close(other(x), model(x))

    def test_names_come_from_the_structure_at_any_depth(self, x):
        class Nested(keras.Model):
            def __init__(self):
                super().__init__()
                self.heads = {"a": keras.layers.Dense(1), "b": [keras.layers.Dense(2)]}
                self.pairs = [(keras.layers.Dense(1), keras.Sequential([keras.layers.Dense(1), keras.layers.Dense(1)]))]
                self.itself = []
                self.itself.append(self.itself)

            def call(self, x):
                return self.heads["a"](x), self.heads["b"][0](x), self.pairs[0][1](self.pairs[0][0](x))

        first, second = Nested(), Nested()
        first(x), second(x)
        modules = ["heads_a", "heads_b_0", "pairs_0_0", "pairs_0_1.dense", "pairs_0_1.dense_1"]
        assert list(first.state_dict()) == [f"{m}.{name}" for m in modules for name in ("kernel", "bias")]
        second.load_state_dict(first.state_dict())
        assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights()))

    def test_frozen_variables_take_no_gradients(self, model):
        model.first.trainable = False
        wanted = {name for name, p in model.named_parameters() if p.requires_grad}
        assert "first.kernel" not in wanted and "blocks_0.kernel" in wanted

    def test_optimizers_of_torch_train(self, model, x):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        losses = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = ((model(x) - 1.0) ** 2).mean()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        assert losses[-1] < losses[0]

    def test_conversions_reach_the_variables(self, model, x):
        model.to(torch.float64)
        assert model.first.kernel.dtype == "float64"
        assert model.first.kernel.value.dtype == torch.float64

    def test_functional_call_uses_the_given_values(self, x):
        layer = keras.layers.Dense(2)
        expected = layer(x).detach()
        zeros = {name: torch.zeros_like(p) for name, p in layer.named_parameters()}
        assert not torch.func.functional_call(layer, zeros, (x,)).any()
        torch.testing.assert_close(layer(x), expected)

    def test_forward_hooks_see_layer_and_output(self, x):
        layer = keras.layers.Dense(2)
        seen = []
        handle = layer.register_forward_hook(lambda module, args, output: seen.append((module, tuple(output.shape))))
        layer(x), layer(x)
        handle.remove()
        layer(x)
        assert seen == [(layer, (5, 2))] * 2

    def test_gradient_hooks_run(self, x):
        layer = keras.layers.Dense(2)
        seen = []
        layer.register_full_backward_hook(lambda module, into, out: seen.append(tuple(out[0].shape)))
        layer(x.clone().requires_grad_()).sum().backward()
        assert seen == [(5, 2)]

    def test_sequential_and_functional_models_are_modules(self, x):
        sequential = keras.Sequential(
            [keras.Input((3,)), keras.layers.Dense(2, name="a"), keras.layers.Dense(1, name="b")]
        )
        assert list(sequential.state_dict()) == ["a.kernel", "a.bias", "b.kernel", "b.bias"]
        inputs = keras.Input((3,))
        functional = keras.Model(inputs, keras.layers.Dense(1, name="c")(inputs))
        assert list(functional.state_dict()) == ["c.kernel", "c.bias"]


class TestTorchLoops:
    @pytest.mark.parametrize("compiles", [False, True])
    def test_training_by_hand(self, x, compiles):
        keras.utils.set_random_seed(0)
        model = keras.Sequential(
            [keras.layers.Dense(8, "tanh"), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
        )
        model(x)
        call = torch.compile(model, backend="aot_eager") if compiles else model
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        y = x.sum(1, keepdim=True)
        losses = []
        for _ in range(30):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(call(x, training=True), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < 0.1 * losses[0]
        assert model.layers[1].moving_mean.numpy().any()
        np.testing.assert_allclose(model.predict(x.numpy(), verbose=0), model(x).detach().numpy(), atol=1e-6)

    def test_two_networks_with_an_optimizer_each(self):
        class Gan(keras.Model):
            def __init__(self):
                super().__init__()
                self.generator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)])
                self.critic = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
                self.built = True

            def compile(self, d_optimizer, g_optimizer, loss_fn):
                super().compile(loss=loss_fn)
                self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn

            def train_step(self, real):
                labels = torch.cat([torch.ones((len(real), 1)), torch.zeros((len(real), 1))])
                points = torch.cat([self.generator(torch.randn(len(real), 2)), real])
                losses = {}
                for name, network, optimizer in (
                    ("d", self.critic, self.d_optimizer),
                    ("g", self.generator, self.g_optimizer),
                ):
                    self.zero_grad()
                    if name == "d":
                        loss = self.loss_fn(labels, self.critic(points))
                    else:
                        outputs = self.critic(self.generator(torch.randn(len(real), 2)))
                        loss = self.loss_fn(torch.zeros((len(real), 1)), outputs)
                    loss.backward()
                    weights = list(network.trainable_weights)
                    with torch.no_grad():
                        optimizer.apply([v.value.grad for v in weights], weights)
                    losses[name] = loss
                return losses

        gan = Gan()
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        gan.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01), loss)
        before = [network.get_weights()[0].copy() for network in (gan.generator, gan.critic)]
        history = gan.fit(
            np.random.default_rng(0).random((32, 4), "float32"), batch_size=16, epochs=2, verbose=0
        ).history
        assert set(history) == {"d", "g"} and int(gan.d_optimizer.iterations) == 4
        after = [network.get_weights()[0] for network in (gan.generator, gan.critic)]
        assert all(np.abs(a - b).max() > 1e-3 for a, b in zip(after, before))

    def test_weights_travel_by_state_dict(self, model, x):
        other = Blocks()
        other(x)
        assert not torch.equal(other(x), model(x))
        other.load_state_dict(model.state_dict())
        torch.testing.assert_close(other(x), model(x))
        for a, b in zip(other.weights, model.weights):
            np.testing.assert_array_equal(a.numpy(), b.numpy())

    def test_moves_and_casts(self, x):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
        assert model.to("cpu") is model and model.double() is model
        assert {p.dtype for p in model.parameters()} == {torch.float64}
        assert {v.dtype for v in model.variables} == {"float64"}

    def test_gradient_of_a_gradient_is_followed_by_autograd(self, x):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)])
        slopes = ops.grad(lambda x: ops.sum(model(x)))(x)
        (slopes**2).sum().backward()
        assert model.layers[0].kernel.value.grad.abs().max() > 0
        leaf = x.clone().requires_grad_()
        ops.grad(lambda x: ops.sum(x**3))(leaf).sum().backward()
        torch.testing.assert_close(leaf.grad, 6 * leaf)


class TestTracers:
    def test_a_model_compiles_to_one_graph(self, x):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="relu"), keras.layers.Dense(1)])
        model(x)
        compiled = torch.compile(model, backend="aot_eager", fullgraph=True)
        torch.testing.assert_close(compiled(x), model(x))

    def test_models_that_are_built_by_the_compiled_call(self, x):
        def stack():
            return keras.Sequential([keras.layers.Dense(2, activation="relu"), keras.layers.Dense(1)])

        for model in (stack(), Blocks(), keras.layers.Dense(2)):
            compiled = torch.compile(model, backend="aot_eager")
            for _ in range(2):
                torch.testing.assert_close(compiled(x), model(x))
        # What failed to compile once would be left alone for ever: the next one compiles.
        torch.compile(stack(), backend="aot_eager")(x)
        model = stack()
        model.build((None, 3))
        torch.testing.assert_close(torch.compile(model, backend="aot_eager", fullgraph=True)(x), model(x))

    def test_a_step_with_derivatives_and_an_optimizer_compiles(self, x):
        def make():
            keras.utils.set_random_seed(0)
            model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)])
            model.compile(keras.optimizers.SGD(0.1), "mse")
            model.optimizer.build(model.trainable_variables)
            model(x)
            return model

        def step(model, x):
            loss = lambda: ops.mean(model(x) ** 2)  # noqa: E731
            value, gradients = ops.value_and_grad(loss, variables=model.trainable_variables)()
            model.optimizer.apply(gradients, model.trainable_variables)
            return value

        compiled, plain = make(), make()
        compiled_step = torch.compile(step, backend="aot_eager")
        for _ in range(3):
            torch.testing.assert_close(compiled_step(compiled, x), step(plain, x))
        torch.testing.assert_close(compiled(x), plain(x))

    def test_a_model_exports(self, x):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="relu"), keras.layers.Dense(1)])
        exported = torch.export.export(model, (x,))
        torch.testing.assert_close(exported.module()(x), model(x))
        assert len(exported.state_dict) == 4

    @pytest.mark.parametrize("strict", [True, False])
    def test_buffers_are_exported_and_the_model_goes_on(self, x, strict):
        kinds = keras.layers.BatchNormalization(name="norm"), keras.layers.Dropout(0.5, name="drop")
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), *kinds])
        model.compile("sgd", "mse", jit_compile=True)
        exported = torch.export.export(model.eval(), (x,), strict=strict)
        torch.testing.assert_close(exported.module()(x), model(x, training=False))
        assert {"norm.moving_mean", "norm.moving_variance", "drop.seed_generator_state"} <= set(exported.state_dict)
        before = model.layers[1].moving_mean.numpy()
        model.fit(x, torch.ones(5, 2), verbose=0)
        assert not np.array_equal(model.layers[1].moving_mean.numpy(), before)
        assert all(isinstance(v.value, torch.nn.Parameter) for v in model.variables)
        torch.testing.assert_close(model.state_dict()["norm.moving_mean"], model.layers[1].moving_mean.value.detach())

    def test_random_ops_compile_and_map(self, x):
        seed = torch.tensor([7, 1])

        def noisy(x, seed):
            return keras.random.dropout(x + keras.random.normal(x.shape, seed=seed), 0.3, seed=seed)

        compiled = torch.compile(noisy, backend="aot_eager", fullgraph=True)
        torch.testing.assert_close(compiled(x, seed), noisy(x, seed))
        mapped = torch.vmap(noisy)(torch.stack([x, x]), torch.stack([seed, seed + 1]))
        torch.testing.assert_close(mapped[0], noisy(x, seed))
        assert not torch.equal(mapped[0], mapped[1])
        gradient = torch.func.grad(lambda x: keras.random.dropout(x, 0.5, seed=seed).sum())(x)
        assert set(gradient.unique().tolist()) == {0.0, 2.0}

    def test_control_flow_compiles(self, x):
        def steps(x):
            count, total = ops.while_loop(lambda i, s: ops.sum(s) < 50.0, lambda i, s: (i + 1, s + 1.0), (0, x))
            chosen = ops.cond(ops.sum(total) > 0.0, lambda: total * 2.0, lambda: total)
            return count, chosen, ops.switch(count, [lambda v: v, lambda v: v + 1.0, lambda v: -v], chosen)

        compiled = torch.compile(steps, backend="aot_eager", fullgraph=True)
        for actual, expected in zip(compiled(x), steps(x)):
            np.testing.assert_allclose(actual, expected)

    def test_ops_under_transformations(self, x):
        def loss(row):
            return ops.logsumexp(ops.tanh(row) * 2.0) + ops.max(row)

        rows = torch.vmap(torch.func.grad(loss))(x)
        for i in range(5):
            leaf = x[i].clone().requires_grad_()
            torch.testing.assert_close(rows[i], torch.autograd.grad(loss(leaf), leaf)[0])

    def test_custom_gradients_under_tracers(self, x):
        @ops.custom_gradient
        def doubled(v):
            return v * 2.0, lambda upstream: upstream * 10.0

        def loss(v):
            return ops.sum(doubled(v) * 3.0)

        def by_autograd(function):
            leaf = x.clone().requires_grad_()
            return torch.autograd.grad(function(leaf), leaf)[0]

        expected = torch.full_like(x, 30.0)
        torch.testing.assert_close(by_autograd(loss), expected)
        torch.testing.assert_close(by_autograd(torch.compile(loss, backend="aot_eager", fullgraph=True)), expected)
        torch.testing.assert_close(torch.func.grad(loss)(x), expected)

    def test_what_a_custom_gradient_passes_on_may_be_changed_in_place(self, x):
        """And its argument stays as it was."""

        @ops.custom_gradient
        def passed(v, factor):
            return (v, v * factor), lambda first, second: (first * 10.0 + second, None)

        def loss(v):
            first, second = passed(v, 2.0)
            first *= 3.0
            return ops.sum(first) + ops.sum(second)

        before = x.clone()
        for function in (loss, torch.compile(loss, backend="aot_eager", fullgraph=True)):
            leaf = x.clone().requires_grad_()
            torch.testing.assert_close(torch.autograd.grad(function(leaf), leaf)[0], torch.full_like(x, 31.0))
            torch.testing.assert_close(leaf.detach(), before)
        torch.testing.assert_close(torch.func.grad(loss)(x), torch.full_like(x, 31.0))


class TestTensors:
    def test_functions_of_torch_take_variables(self):
        v = keras.Variable([1.0, 2.0])
        torch.testing.assert_close(torch.add(v, torch.ones(2)), torch.tensor([2.0, 3.0]), check_layout=False)
        assert isinstance(torch.ones(2) + v, torch.Tensor)
        assert torch.stack([v, v]).shape == (2, 2)

    def test_arrays_with_backward_strides_and_read_only_arrays_convert(self):
        array = np.arange(4.0)
        np.testing.assert_array_equal(ops.convert_to_numpy(ops.convert_to_tensor(array[::-1])), array[::-1])
        array.flags.writeable = False
        assert ops.convert_to_tensor(array).dtype == torch.float64

    def test_variables_do_not_share_memory_with_their_initial_value(self):
        initial = torch.zeros(2)
        v = keras.Variable(initial)
        v.assign([1.0, 1.0])
        assert not initial.any()

    def test_device_scopes_nest(self):
        with keras.device("meta"):
            assert ops.zeros((2,)).device.type == "meta"
            with keras.device("cpu"):
                assert ops.ones((2,)).device.type == "cpu"
            assert ops.convert_to_tensor([1.0]).device.type == "meta"
        assert backend.get_device() != "meta"

    def test_channels_last_convolutions_copy_nothing(self):
        images, kernel = torch.randn(2, 8, 8, 3), torch.randn(3, 3, 3, 16)
        for result in (ops.conv(images, kernel), ops.max_pool(images, 2), ops.conv(images[:, 0], kernel[0])):
            assert result.is_contiguous()

    def test_rows_without_any_key_attend_to_all(self):
        query, value = torch.randn(1, 2, 1, 4), torch.randn(1, 3, 1, 4)
        mask = torch.zeros(1, 1, 2, 3, dtype=torch.bool)
        result = ops.dot_product_attention(query, value, value, mask=mask)
        torch.testing.assert_close(result, value.mean(1, keepdim=True).expand(1, 2, 1, 4))


@pytest.mark.parametrize("wrap", [lambda n: n, lambda n: [n, 2], lambda n: [[n, 1], [3, n]], lambda n: [n * 0.5, 1.0]])
def test_sizes_that_an_export_leaves_open_become_tensors(wrap):
    class Sizes(torch.nn.Module):
        def forward(self, x):
            return keras.ops.convert_to_tensor(wrap(x.shape[0]))

    batch = {"x": {0: torch.export.Dim("batch", min=2, max=64)}}
    program = torch.export.export(Sizes(), (torch.ones(4, 2),), dynamic_shapes=batch, strict=False)
    result = program.module()(torch.ones(6, 2))
    expected = keras.ops.convert_to_tensor(wrap(6))
    assert result.dtype is expected.dtype and result.tolist() == expected.tolist()


def test_values_of_all_variables_by_path():
    model = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(1, name="first"), keras.layers.Dropout(0.5, name="drop")], name="outer"
    )
    found = model.torch_params
    assert isinstance(found, torch.nn.ParameterDict)
    assert {"outer/first/kernel", "outer/first/bias"} <= set(found)
    assert found["outer/first/kernel"] is model.layers[0].kernel.value


@pytest.mark.parametrize(
    "layer, shape",
    [
        (keras.layers.Dense(2), (1, 3)),
        (keras.layers.Conv2D(2, 3), (1, 5, 5, 2)),
        (keras.layers.BatchNormalization(), (1, 3)),
        (keras.layers.LayerNormalization(), (1, 3)),
        (keras.layers.Normalization(mean=1.0, variance=2.0), (1, 3)),
        (keras.layers.LSTM(2), (1, 3, 2)),
        (keras.layers.GRU(2), (1, 3, 2)),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_a_built_layer_on_the_device_without_values(layer, shape):
    expected = layer(np.ones(shape, "float32")).shape
    with keras.device("meta"):
        result = layer(ops.ones(shape))
    assert result.device.type == "meta" and result.shape == expected
    assert all(v.value.device.type == "cpu" for v in layer.variables)


def test_kernels_of_bytes_are_laid_out_by_columns():
    layer = keras.layers.Dense(16)
    layer.build((None, 24))
    layer.quantize("int8")
    assert layer._kernel.value.stride() == (1, 24)
    layer._kernel.assign(torch.ones(24, 16, dtype=torch.int8))
    assert layer._kernel.value.stride() == (1, 24)
