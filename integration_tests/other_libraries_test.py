"""What other libraries use of the inside: names at their places, and attributes that they read, set and override."""

import importlib

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src.layers.attention.multi_head_attention import _build_attention_equation, _build_proj_equation
from keras.src.layers.core.einsum_dense import _analyze_einsum_string, _analyze_quantization_info
from keras.src.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from keras.src.testing import engine
from keras.src.utils import naming, python_utils
from keras.src.utils.tracking import DotNotTrackScope, no_automatic_dependency_tracking

# Below `keras`.
NAMES = """
src.applications.imagenet_utils
src.applications.imagenet_utils.obtain_input_shape
src.backend
src.backend.backend
src.backend.common.variables.KerasVariable
src.backend.compute_output_spec
src.backend.config.epsilon
src.backend.convert_to_tensor
src.backend.epsilon
src.backend.get_keras_mask
src.backend.set_keras_mask
src.backend.standardize_data_format
src.backend.standardize_dtype
src.backend.standardize_shape
src.callbacks
src.callbacks.History
src.constraints
src.constraints.get
src.distribution.distribution_lib
src.distribution.distribution_lib.distribute_tensor
src.distribution.distribution_lib.distribution
src.dtype_policies.dtype_policy.DTypePolicy
src.initializers
src.initializers.get
src.layers.Layer
src.layers.attention.multi_head_attention._build_attention_equation
src.layers.attention.multi_head_attention._build_proj_equation
src.layers.convolutional.base_conv.BaseConv
src.layers.core.einsum_dense._analyze_einsum_string
src.layers.core.einsum_dense._analyze_quantization_info
src.layers.input_spec.InputSpec
src.layers.merging.base_merge.Merge
src.layers.pooling.base_global_pooling.BaseGlobalPooling
src.layers.pooling.base_pooling.BasePooling
src.layers.rnn.dropout_rnn_cell.DropoutRNNCell
src.layers.rnn.simple_rnn.RNN
src.layers.rnn.simple_rnn.SimpleRNN
src.layers.rnn.simple_rnn.SimpleRNNCell
src.legacy.saving.serialization.deserialize_keras_object
src.legacy.saving.serialization.serialize_keras_object
src.losses.losses.LossFunctionWrapper
src.ops
src.ops.cast
src.ops.dtype
src.ops.image.ExtractPatches
src.ops.image.extract_patches_3d
src.ops.mean
src.ops.numpy.Abs
src.ops.numpy.Absolute
src.ops.numpy.Add
src.ops.numpy.Concatenate
src.ops.numpy.Divide
src.ops.numpy.Dot
src.ops.numpy.Einsum
src.ops.numpy.GetItem
src.ops.numpy.Matmul
src.ops.numpy.Max
src.ops.numpy.Maximum
src.ops.numpy.Min
src.ops.numpy.Minimum
src.ops.numpy.Moveaxis
src.ops.numpy.Multiply
src.ops.numpy.Ravel
src.ops.numpy.Repeat
src.ops.numpy.Reshape
src.ops.numpy.Subtract
src.ops.numpy.Sum
src.ops.numpy.Transpose
src.ops.numpy.TrueDivide
src.ops.operation_utils.compute_conv_output_shape
src.ops.operation_utils.compute_pooling_output_shape
src.ops.operation_utils.compute_reshape_output_shape
src.ops.operation_utils.get_source_inputs
src.ops.prod
src.ops.reshape
src.ops.shape
src.ops.sqrt
src.ops.sum
src.regularizers
src.regularizers.get
src.saving
src.saving.deserialize_keras_object
src.saving.object_registration.get_registered_object
src.saving.saving_lib.H5IOStore
src.saving.saving_lib._load_state
src.saving.saving_lib._save_state
src.saving.saving_lib.load_model
src.saving.saving_lib.save_model
src.saving.serialization_lib
src.saving.serialization_lib.SafeModeScope
src.saving.serialization_lib.in_safe_mode
src.saving.serialize_keras_object
src.testing
src.testing.TestCase
src.testing.test_case.TestCase
src.testing.test_utils.named_product
src.tree
src.tree.is_nested
src.utils.argument_validation.standardize_tuple
src.utils.backend_utils.DynamicBackend
src.utils.backend_utils.in_grain_data_pipeline
src.utils.backend_utils.in_tf_graph
src.layers.preprocessing.data_layer.DataLayer
src.layers.preprocessing.tf_data_layer.TFDataLayer
src.utils.module_utils.LazyModule
src.utils.module_utils.dmtree
src.utils.module_utils.tensorflow
src.utils.naming.auto_name
src.utils.naming.get_object_name
src.utils.naming.reset_uids
src.utils.python_utils.to_list
src.utils.tracking.DotNotTrackScope
src.utils.tracking.no_automatic_dependency_tracking
src.backend.common.backend_utils
src.backend.torch.to_torch_dtype
src.dtype_policies.dtype_policy._get_quantized_dtype_policy_by_str
src.distribution.distribution_lib.set_distribution
src.saving.serialization_lib.ObjectSharingScope
src.trainers.data_adapters.get_data_adapter
src.trainers.data_adapters.array_data_adapter.ArrayDataAdapter
src.trainers.data_adapters.generator_data_adapter.GeneratorDataAdapter
src.trainers.data_adapters.grain_dataset_adapter.GrainDatasetAdapter
src.trainers.data_adapters.py_dataset_adapter.PyDatasetAdapter
src.trainers.data_adapters.tf_dataset_adapter.TFDatasetAdapter
src.trainers.data_adapters.torch_data_loader_adapter.TorchDataLoaderAdapter
src.trainers.epoch_iterator.EpochIterator
src.utils.tf_utils.get_tensor_spec
""".split()


def found(name):
    """A module, or a member of one, as `from module import member` finds it."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        module, _, member = name.rpartition(".")
        return getattr(importlib.import_module(module), member)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_at_their_places(name):
    assert found(f"keras.{name}") is not None


# Attributes of layers and models

LAYERS = {
    "dense": lambda: layers.Dense(2),
    "lambda": lambda: layers.Lambda(lambda x: x),
    "category_encoding": lambda: layers.CategoryEncoding(4),
    "string_lookup": layers.StringLookup,
    "resizing": lambda: layers.Resizing(2, 2),
    "up_sampling": layers.UpSampling2D,
    "batch_normalization": layers.BatchNormalization,
    "sequential": lambda: keras.Sequential([layers.Dense(2)]),
    "functional": lambda: keras.Model(*(lambda x: (x, layers.Dense(2)(x)))(keras.Input((3,)))),
    "input": lambda: layers.InputLayer((3,)),
}
LISTS = ("_layers", "_metrics", "_seed_generators", "_trainable_variables", "_non_trainable_variables")


@pytest.mark.parametrize("kind", LAYERS)
def test_attributes_of_layers(kind):
    layer = LAYERS[kind]()
    assert all(isinstance(getattr(layer, name), list) for name in LISTS)
    assert layer in layer._flatten_layers() and layer not in layer._flatten_layers(include_self=False)
    assert isinstance(layer._convert_input_args, bool) and isinstance(layer._allow_non_tensor_positional_args, bool)
    assert isinstance(layer._call_has_training_arg, bool) and isinstance(layer._call_has_mask_arg, bool)
    assert layer._path is None or layer._path.endswith(layer.name)
    assert layer._tracker.track(3) == 3
    assert layer._setattr_hook("name", 3) == ("name", 3)
    assert hasattr(layer, "_build_shapes_dict") and layer._post_build() is None
    assert type(layer)._api_export_path and isinstance(type(layer)._api_export_symbol_id, int)


def test_shapes_of_the_build():
    class OfTwo(layers.Layer):
        def build(self, first_shape, second_shape):
            pass

        def call(self, first, second):
            return first + second

    layer = OfTwo()
    layer(ops.ones((2, 3)), ops.ones((2, 1)))
    assert layer._build_shapes_dict == {"first_shape": (2, 3), "second_shape": (2, 1)}


def test_inputs_that_are_no_tensors():
    class Texts(layers.Layer):
        def __init__(self):
            super().__init__()
            self._convert_input_args = False
            self._allow_non_tensor_positional_args = True

        def call(self, x):
            return [text.upper() for text in x]

    assert Texts()(["a", "b"]) == ["A", "B"]


def test_layers_as_a_property():
    """A model adds layers to those that are tracked, by a property with a setter."""

    class Head(keras.Model):
        def __init__(self):
            super().__init__()
            self.body = layers.Dense(2)
            self.__dict__["extra"] = layers.Dense(1)

        @property
        def _layers(self):
            extra = self.__dict__.get("extra")
            return self.__dict__.get("_layers_storage", []) + ([extra] if extra is not None else [])

        @_layers.setter
        def _layers(self, value):
            object.__setattr__(self, "_layers_storage", value)

        def call(self, x):
            return self.__dict__["extra"](self.body(x))

    model = Head()
    model(ops.ones((1, 3)))
    assert model.layers == [model.body, model.__dict__["extra"]]
    assert len(model.weights) == 4


def test_layers_that_are_set():
    class Chain(keras.Model):
        def __init__(self, parts):
            super().__init__()
            self._layers = parts

        def call(self, x):
            for layer in self._layers:
                x = layer(x)
            return x

    model = Chain([layers.Dense(2), layers.Dense(1)])
    model(ops.ones((1, 3)))
    assert len(model.weights) == 4 and len(model._flatten_layers(include_self=False)) == 2


def test_layers_that_are_found_otherwise():
    class Hidden(keras.Model):
        def _flatten_layers(self, include_self=True, recursive=True):
            return super()._flatten_layers(include_self, recursive) + [self.__dict__["beside"]]

    model = Hidden()
    model.__dict__["beside"] = layers.Dense(2)
    model.__dict__["beside"].build((None, 3))
    assert len(model.weights) == 2


def test_metrics_and_seed_generators_that_are_set():
    layer = layers.Dense(2)
    layer._metrics = [keras.metrics.Mean()]
    assert layer.metrics == list(layer._metrics)

    class Sampler:
        def __init__(self):
            self._seed_generators = [keras.random.SeedGenerator(1)]

    sampler = Sampler()
    layer.sampler = sampler
    assert [g.state for g in layer.sampler._seed_generators]


def test_paths_that_are_set():
    layer = layers.BatchNormalization(name="norm")
    layer.build((None, 3))
    layer.beta._path = layer.beta._path.replace("/beta", "/bn_beta")
    assert layer.beta.path == "norm/bn_beta"


def test_heads_that_are_tracked_by_hand():
    model = keras.Model()
    head = model._tracker.track(layers.Dense(1))
    assert model.layers == [head]


def test_a_hook_on_attributes(monkeypatch):
    """A library puts another value in the place of what a layer keeps."""

    def hook(self, name, value):
        return name, (f"wrapped {value}" if name == "note" else value)

    monkeypatch.setattr(layers.Dense, "_setattr_hook", hook, raising=False)
    layer = layers.Dense(2)
    layer.note = "a"
    assert layer.note == "wrapped a" and layer.units == 2


def test_a_model_is_told_that_it_was_quantized():
    class Coarse(layers.Layer):
        def quantize(self, mode, type_check=True, config=None):
            self.mode = mode

        def call(self, x):
            return x

    class Generator(keras.Sequential):
        def _post_quantize(self, mode, **kwargs):
            super()._post_quantize(mode, **kwargs)
            self.told = mode, self.layers[0].mode

    model = Generator([Coarse()])
    model.quantize("int8")
    assert model.told == ("int8", "int8")


def test_axes_that_a_batch_is_normalised_over():
    layer = layers.BatchNormalization()
    layer.build((None, 3, 4))
    assert layer._reduction_axes == [0, 1]


def test_a_checkpoint_saves_by_a_method(tmp_path):
    saved = []

    class Best(keras.callbacks.ModelCheckpoint):
        def _save_model(self, epoch, batch, logs):
            saved.append((epoch, batch))
            super()._save_model(epoch, batch, logs)

    callback = Best(tmp_path / "a.keras")
    callback.set_model(keras.Sequential([keras.Input((2,)), layers.Dense(1)]))
    callback.on_epoch_end(0, {})
    assert saved == [(0, None)] and (tmp_path / "a.keras").exists()


@pytest.mark.parametrize("kind", [layers.Add, layers.Average, layers.Maximum, layers.Multiply, layers.Concatenate])
def test_the_function_of_a_merger(kind):
    class Scaled(kind):
        def _merge_function(self, inputs):
            return super()._merge_function(inputs) * 0.5

    x, y = np.array([[1.0, 4.0]], "float32"), np.array([[3.0, 2.0]], "float32")
    whole, half = (ops.convert_to_numpy(cls()([x, y])) for cls in (kind, Scaled))
    np.testing.assert_allclose(half, whole / 2)
    inputs = [keras.Input((2,)), keras.Input((2,))]
    np.testing.assert_allclose(keras.Model(inputs, Scaled()(inputs)).predict([x, y], verbose=0), whole / 2)


def test_names_of_exports():
    """Libraries put their own names on classes, which hold for the class itself and for no subclass."""

    class Mine(layers.Dense):
        pass

    assert Mine._api_export_symbol_id != id(Mine)
    Mine._api_export_path, Mine._api_export_symbol_id = "mine.Mine", id(Mine)
    assert layers.Dense._api_export_path == "keras.layers.Dense"
    assert Mine.from_config(Mine(2).get_config()).units == 2


# Functions and classes

# What Keras 3.15.1 gives.
EINSUMS = [
    ("ab,bc->ac", "c", (None, 3), (4,), ([3, 4], [4], [None, 4], [0], [1])),
    ("abc,cde->abde", "de", (None, 5, 3), (None, 2, 4), ([3, 2, 4], [2, 4], [None, 5, 2, 4], [0], [1, 2])),
    ("...a,ab->...b", None, (2, 3), (4,), ([3, 4], None, [2, 4], [0], [1])),
    ("ab...,bc->ac...", "c", (2, 3, 5, 6), (4,), ([3, 4], [4, 1, 1], [2, 4, 5, 6], [0], [1])),
    ("0ab,bc->0ac", "c", (None, 7, 5, 3), (5, 4), ([3, 4], [4], [None, 7, 5, 4], [0], [1])),
    ("bd,bde->be", "e", (2, 3), (4,), ([2, 3, 4], [4], [2, 4], [1], [0, 2])),
]
QUANTIZED = [
    ("ab,bc->ac", 2, ([1], [0], [0, 1], [0, 1], [], [], [], [], "ac,bc->ab", [0, 1])),
    ("abc,cde->abde", 3, ([2], [0], [0, 1, 2], [0, 1, 2], [3], [1], [], [], "abde,cde->abc", [0, 1, 2])),
    ("...a,ab->...b", 3, ([2], [0], [0, 1, 2], [0, 1], [], [1], [], [], "BAb,ab->BAa", [0, 1])),
    ("ab...,bc->ac...", 4, ([1], [0], [0, 1, 2, 3], [0, 1], [], [2, 3], [], [], "acAB,bc->abAB", [0, 1])),
    ("0ab,bc->0ac", 4, ([3], [0], [0, 1, 2, 3], [0, 1], [], [1, 2], [], [], "BAac,bc->BAab", [0, 1])),
    ("bd,bde->be", 2, ([1], [1], [0, 1], [0, 1, 2], [], [], [], [1], "be,bde->bd", [0, 1, 2])),
]


@pytest.mark.parametrize("equation, bias_axes, shape, output_shape, expected", EINSUMS)
def test_an_equation_taken_apart(equation, bias_axes, shape, output_shape, expected):
    assert _analyze_einsum_string(equation, bias_axes, shape, output_shape) == expected


@pytest.mark.parametrize("equation, rank, expected", QUANTIZED)
def test_an_equation_for_scales(equation, rank, expected):
    assert _analyze_quantization_info(equation, (2,) * rank) == expected


def test_scales_come_to_the_axes_of_the_outputs():
    """Also where axes change places: scaled products are the product of what was scaled."""
    generator = np.random.default_rng(0)
    for equation, x, kernel in [
        ("abc,cde->adeb", (2, 3, 4), (4, 5, 6)),
        ("abc,dbc->ad", (2, 3, 4), (5, 3, 4)),
        ("abc,cb->ac", (2, 3, 4), (4, 3)),
        ("abc,bcd->ad", (2, 3, 4), (3, 4, 5)),
        ("abc,cd->dab", (2, 3, 4), (4, 5)),
    ]:
        x, kernel = generator.random(x), generator.random(kernel)
        info = _analyze_quantization_info(equation, x.shape)
        scales = 1.0
        for value, (reduced, order, put_in, taken_out) in zip((x, kernel), (info[0:8:2], info[1:8:2])):
            scale = np.transpose(value.max(axis=tuple(reduced), keepdims=True), order)
            scales = scales * np.expand_dims(np.squeeze(scale, tuple(taken_out)), tuple(put_in))
        small = [v / v.max(axis=tuple(axes), keepdims=True) for v, axes in ((x, info[0]), (kernel, info[1]))]
        np.testing.assert_allclose(np.einsum(equation, *small) * scales, np.einsum(equation, x, kernel))


def test_equations_of_attention():
    """What Keras 3.15.1 gives."""
    assert _build_attention_equation(4, (1,)) == ("aecd,abcd->acbe", "acbe,aecd->abcd", 4)
    assert _build_attention_equation(5, (1, 2)) == ("afgde,abcde->adbcfg", "adbcfg,afgde->abcde", 6)
    assert _build_attention_equation(5, (2,)) == ("abfde,abcde->abdcf", "abdcf,abfde->abcde", 5)
    assert _build_proj_equation(2, 1, 2) == ("abc,cde->abde", "de", 4)
    assert _build_proj_equation(2, 2, 1) == ("abcd,cde->abe", "e", 3)
    assert _build_proj_equation(1, 1, 1) == ("ab,bc->ac", "c", 2)


class Cell(DropoutRNNCell, layers.Layer):
    """A cell of another library, whose output is what dropout leaves of its inputs."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.state_size = self.output_size = 3
        self.dropout, self.recurrent_dropout = 0.5, 0.5
        self.seed_generator = keras.random.SeedGenerator(1)

    def call(self, x, states, training=False):
        if training:
            x = x * self.get_dropout_mask(x)
            states = [states[0] * self.get_recurrent_dropout_mask(states[0])]
        return x, [states[0] + x]


def test_dropout_of_a_cell_is_the_same_in_all_steps():
    layer = layers.RNN(Cell(), return_sequences=True)
    x = ops.ones((4, 5, 3))
    np.testing.assert_array_equal(layer(x), ops.ones((4, 5, 3)))
    first, second = (ops.convert_to_numpy(layer(x, training=True)) for _ in range(2))
    for outputs in (first, second):
        assert set(np.unique(outputs)) == {0.0, 2.0}
        np.testing.assert_array_equal(outputs, np.broadcast_to(outputs[:, :1], outputs.shape))
    assert (first != second).any()


def test_attributes_that_are_not_tracked():
    class Cache(layers.Layer):
        @no_automatic_dependency_tracking
        def keep(self, variable):
            self.kept, self.layer = [variable], layers.Dense(2)

    layer = Cache()
    layer.keep(keras.Variable(1.0))
    assert type(layer.kept) is list and layer.variables == [] and layer._layers == []
    with DotNotTrackScope():
        with DotNotTrackScope():
            pass
        layer.beside = keras.Variable(1.0)
    assert layer.variables == []
    layer.tracked = keras.Variable(1.0)
    assert layer.variables == [layer.tracked]


def test_without_a_distribution():
    library = importlib.import_module("keras.src.distribution.distribution_lib")
    x = ops.ones(2)
    assert library.distribution() is None and library.distribute_tensor(x, None) is x
    assert library.set_distribution(None) is None
    with pytest.raises(ValueError, match="A layout is a `TensorLayout"):
        library.distribute_tensor(x, ("batch",))
    with pytest.raises(ValueError, match="What is put in force"):
        library.set_distribution("data")


def test_variables_of_all_engines():
    variables = importlib.import_module("keras.src.backend.common.variables")
    assert isinstance(keras.Variable(1.0), variables.KerasVariable)


def test_keys_of_an_engine():
    """Where an engine's own functions of random numbers take a key, the library draws it."""
    draw = getattr(importlib.import_module("keras.src.backend").random, "jax_draw_seed", None)
    if draw is None:
        assert not hasattr(engine, "jax_draw_seed")
        return
    assert ops.convert_to_numpy(draw(1337)).tolist() == [1337, 0]
    generator = keras.random.SeedGenerator(3)
    assert ops.convert_to_numpy(draw(generator)).tolist() != ops.convert_to_numpy(draw(generator)).tolist()


def test_a_generator_that_is_told_the_engine():
    """Layers of data hand over their `backend`; the draws are the same."""
    given = keras.random.SeedGenerator(3, backend=importlib.import_module("keras.src.backend"))
    draws = [ops.convert_to_numpy(keras.random.uniform((2,), seed=g)) for g in (given, keras.random.SeedGenerator(3))]
    np.testing.assert_array_equal(*draws)
    with pytest.raises(ValueError, match="engine"):
        keras.random.SeedGenerator(3, engine="jax")


def test_small_helpers():
    assert [python_utils.to_list(x) for x in (1, [1], (1,))] == [[1], [1], [(1,)]]
    assert [python_utils.is_continuous_axis(x) for x in ((1, 2), (1, 3), 2, (-1, -2))] == [True, False, True, True]
    assert python_utils.remove_long_seq(3, [[1], [1, 2, 3], [1, 2]], [0, 1, 2]) == ([[1], [1, 2]], [0, 2])
    assert python_utils.pythonify_logs({"a": np.float32(1), "b": {"c": np.array(2)}}) == {"a": 1.0, "c": 2.0}
    first = [1]
    both = [first, [1]]
    python_utils.remove_by_id(both, first)
    assert both == [[1]] and both[0] is not first

    @python_utils.default
    def marked():
        pass

    assert python_utils.is_default(marked) and not python_utils.is_default(found)
    assert naming.get_object_name(keras.losses.MeanSquaredError()) == "mean_squared_error"
    assert naming.get_object_name(keras.losses.mean_squared_error) == "mean_squared_error"
    assert naming.get_object_name(type("FooBar", (), {})()) == "foo_bar"
    name = naming.auto_name("other_libraries")
    naming.reset_uids()
    assert naming.auto_name("other_libraries") == "other_libraries" == name


def absolute_error(y_true, y_pred, scale=1.0):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1) * scale


WRAPPERS = {
    "metric": (keras.metrics.MeanMetricWrapper, {"name": "m", "dtype": "float32"}),
    "loss": (
        importlib.import_module("keras.src.losses.losses").LossFunctionWrapper,
        {"name": "m", "reduction": "sum_over_batch_size"},
    ),
}


@pytest.mark.parametrize("kind", WRAPPERS)
@pytest.mark.parametrize("fn", [absolute_error, keras.losses.mean_absolute_error])
@pytest.mark.parametrize("takes_out", [True, False])
def test_a_subclass_that_fixes_the_function(kind, fn, takes_out):
    """What Keras 3.15.1 has in the config; the subclass of a library takes it out, which others forget."""
    base, expected = WRAPPERS[kind]

    class Fixed(base):
        def __init__(self, name="m", **kwargs):
            super().__init__(fn, name=name, **kwargs)

        def get_config(self):
            config = super().get_config()
            if takes_out:
                del config["fn"]
            return config

    config = Fixed().get_config()
    assert config == (expected if takes_out else {**expected, "fn": keras.saving.serialize_keras_object(fn)})
    again = Fixed.from_config(config)
    x, y = np.array([[1.0, 2.0]], "float32"), np.array([[2.0, 4.0]], "float32")
    np.testing.assert_allclose(again(x, y), 1.5)
    with keras.saving.custom_object_scope({"Fixed": Fixed}):
        again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(again))
    np.testing.assert_allclose(again(x, y), 1.5)
    assert "fn" not in keras.losses.MeanAbsoluteError().get_config()
    assert "fn" not in type("Mine", (keras.metrics.MeanAbsoluteError,), {})().get_config()
