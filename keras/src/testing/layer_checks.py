"""What a layer is held to, whoever wrote it: state, shapes, values, masks, configs, training."""

import numpy as np

from keras.src import backend, tree
from keras.src.layers.core.input_layer import Input
from keras.src.layers.layer import Layer
from keras.src.models.model import Model
from keras.src.testing import engine


class LayerChecks:
    """`run_layer_test`, a part of `TestCase`."""

    def run_layer_test(
        self,
        layer_cls,
        init_kwargs,
        input_shape=None,
        input_dtype=None,
        input_sparse=False,
        input_ragged=False,
        input_data=None,
        call_kwargs=None,
        expected_output_shape=None,
        expected_output_dtype=None,
        expected_output_sparse=False,
        expected_output_ragged=False,
        expected_output=None,
        expected_num_trainable_weights=None,
        expected_num_non_trainable_weights=None,
        expected_num_non_trainable_variables=None,
        expected_num_seed_generators=None,
        expected_num_losses=None,
        supports_masking=None,
        expected_mask_shape=None,
        custom_objects=None,
        run_training_check=True,
        run_mixed_precision_check=True,
        assert_built_after_instantiation=False,
        tpu_atol=None,
        tpu_rtol=None,
    ):
        """Fails unless a layer does what layers do: by itself, on symbolic tensors, on data, in training.

        Args:
            layer_cls: Class of the layer.
            init_kwargs: Dict of arguments of its constructor.
            input_shape: Shape of the input with the batch, or a structure of shapes, in a dict by names of arguments of
                `call` or of `build` (`x_shape`).
            input_dtype: Dtype of the input, or a structure of dtypes; float32 by default.
            input_sparse: Whether the input is sparse.
            input_ragged: Whether the input is ragged.
            input_data: Data to call the layer on, in the place of random numbers of `input_shape`.
            call_kwargs: Dict of further arguments of the call.
            expected_output_shape: Shape of the output, or a structure of shapes.
            expected_output_dtype: Dtype of the output; the compute dtype by default.
            expected_output_sparse: Whether the output is sparse.
            expected_output_ragged: Whether the output is ragged.
            expected_output: Values of the output for `input_data`.
            expected_num_trainable_weights: Number of trainable weights of the built layer.
            expected_num_non_trainable_weights: Number of its other weights.
            expected_num_non_trainable_variables: Number of its other variables, states of seed generators included.
            expected_num_seed_generators: Number of its seed generators.
            expected_num_losses: Number of losses after a call.
            supports_masking: Whether the layer says that it supports masks.
            expected_mask_shape: Shape of the mask of the output.
            custom_objects: Dict of name → class that its config needs.
            run_training_check: Whether the layer is trained in a model, where the engine trains.
            run_mixed_precision_check: Whether the layer is called under a policy of mixed precision.
            assert_built_after_instantiation: Whether the constructor must leave the layer built.
            tpu_atol: Absolute tolerance of values on TPUs.
            tpu_rtol: Relative tolerance of values on TPUs.
        """
        if input_shape is None and input_data is None:
            raise ValueError("`input_shape` or `input_data` must be given. Received: None for both")
        if input_ragged and input_data is None:
            raise ValueError("Ragged inputs must be given as `input_data`. Received: input_data=None")
        counts = {
            "trainable_weights": expected_num_trainable_weights,
            "non_trainable_weights": expected_num_non_trainable_weights,
            "non_trainable_variables": expected_num_non_trainable_variables,
        }
        call = _Call(input_shape, input_dtype, input_sparse, input_ragged, input_data, call_kwargs or {})
        kinds = expected_output_sparse, expected_output_ragged

        layer = layer_cls(**init_kwargs)
        self.run_class_serialization_test(layer, custom_objects)
        if assert_built_after_instantiation:
            self.assertTrue(layer.built, "The layer was expected to be built by its constructor.")
        if supports_masking is not None:
            self.assertEqual(layer.supports_masking, supports_masking)
        self._check_build(layer_cls(**init_kwargs), call, counts, expected_num_seed_generators)
        self._check_symbolic(layer, call, expected_output_shape, expected_output_dtype, kinds, expected_mask_shape)
        self._check_counts(layer, counts, expected_num_seed_generators)

        tolerance = {"tpu_atol": tpu_atol, "tpu_rtol": tpu_rtol}
        self._check_values(layer_cls(**init_kwargs), call, expected_output_shape, expected_output, kinds, tolerance)
        if expected_num_losses is not None:
            layer = layer_cls(**init_kwargs)
            call.run(layer)
            self.assertLen(layer.losses, expected_num_losses)
        if run_training_check and backend.CAN_TRAIN and not input_sparse and not input_ragged:
            self._check_training(layer_cls(**init_kwargs), call)
        if run_mixed_precision_check and "dtype" not in init_kwargs:
            self._check_mixed_precision(layer_cls, init_kwargs, call)

    def _check_build(self, layer, call, counts, seed_generators):
        shapes = call.build_shapes()
        if shapes is None or (type(layer).build is Layer.build and isinstance(call.shape, dict)):
            return
        args, kwargs = shapes
        layer.build(*args, **kwargs)
        self.assertTrue(layer.built, "The layer was expected to be built by `build()`.")
        self._check_counts(layer, counts, seed_generators)

    def _check_counts(self, layer, counts, seed_generators):
        for name, expected in counts.items():
            if expected is not None:
                self.assertLen(getattr(layer, name), expected, msg=f"The layer has another number of {name}.")
        if seed_generators is not None:
            found = {id(g) for each in layer._flatten_layers() for g in each._seed_generators}
            self.assertLen(found, seed_generators, msg="The layer has another number of seed generators.")

    def _check_symbolic(self, layer, call, shape, dtype, kinds, mask_shape):
        outputs = call.run(layer, call.symbolic())
        self._check_outputs(outputs, shape, dtype or layer.compute_dtype if shape is not None else dtype, kinds)
        if mask_shape is not None:
            self.assertEqual(tuple(backend.get_keras_mask(outputs).shape), tuple(mask_shape))

    def _check_outputs(self, outputs, shape, dtype, kinds):
        outputs = tree.flatten(outputs)
        if shape is not None:
            self.assertEqual([tuple(x.shape) for x in outputs], _shapes(shape))
        for x, expected in zip(outputs, _repeated(dtype, outputs)):
            if expected is not None:
                self.assertDType(x, expected)
        sparse, ragged = kinds
        self.assertSparse(outputs[0], sparse)
        self.assertRagged(outputs[0], ragged)

    def _check_values(self, layer, call, shape, expected, kinds, tolerance):
        outputs = call.run(layer)
        known = shape if shape is not None and None not in tree.flatten(shape) else None
        self._check_outputs(outputs, known, None, kinds)
        if expected is not None:
            self.assertAllClose(outputs, expected, msg="The values of the output differ.", **tolerance)

    def _check_training(self, layer, call):
        data = call.data()
        outputs = tree.map_structure(lambda x: np.zeros(x.shape, "float32"), call.run(layer))
        if not layer.trainable_weights or not all(_is_float(x) for x in tree.flatten(call.run(layer))):
            return
        x = data if not isinstance(data, dict) else dict(data)
        model = _OfLayer(layer, call)
        model.compile(optimizer="sgd", loss="mse")
        model.fit(x, outputs, verbose=0)

    def _check_mixed_precision(self, layer_cls, init_kwargs, call):
        layer = layer_cls(**{**init_kwargs, "dtype": "mixed_bfloat16"})
        outputs = call.run(layer)
        for variable in layer.weights:
            if backend.is_float_dtype(variable.dtype):
                self.assertDType(variable, "float32")
        for x in tree.flatten(outputs):
            if layer.compute_dtype == "bfloat16" and backend.is_float_dtype(x.dtype):
                self.assertDType(x, "bfloat16")


class _OfLayer(Model):
    """A model that calls one layer."""

    def __init__(self, layer, call):
        super().__init__()
        self.layer = layer
        self._way_to_call = call.run

    def call(self, x):
        return self._way_to_call(self.layer, x)


class _Call:
    """How a layer is called: on what, and with which further arguments."""

    def __init__(self, shape, dtype, sparse, ragged, data, options):
        self.shape = tree.map_structure(lambda x: tuple(x.shape), data) if shape is None else shape
        self.dtype, self.sparse, self.ragged = dtype, sparse, ragged
        self.given, self.options = data, options

    def build_shapes(self):
        """Arguments of `build`, or `None` where only data was given."""
        if self.given is not None and not isinstance(self.shape, tuple):
            return None
        if isinstance(self.shape, dict):
            return (), {name if name.endswith("_shape") else f"{name}_shape": s for name, s in self.shape.items()}
        return (self.shape,), {}

    def _made(self, make):
        """A structure of inputs in the form of the shapes, by names of arguments for a dict."""
        shapes = self.shape
        if isinstance(shapes, dict):
            shapes = {name.removesuffix("_shape"): shape for name, shape in shapes.items()}
        dtypes = iter(_repeated(self.dtype, _shapes(shapes)))
        return tree.map_shape_structure(lambda shape: make(shape, next(dtypes) or "float32"), shapes)

    def symbolic(self):
        """Inputs without values."""
        return self._made(
            lambda s, t: Input(batch_shape=s, dtype=t, sparse=self.sparse or None, ragged=self.ragged or None)
        )

    def data(self):
        """Inputs with values."""
        if self.given is not None:
            return self.given
        generator = np.random.default_rng(0)
        drawn = self._made(lambda s, t: _drawn(generator, [2 if n is None else n for n in s], t))
        return tree.map_structure(engine.to_sparse, drawn) if self.sparse else drawn

    def run(self, layer, inputs=None):
        """What the layer gives for these inputs, by default for the data."""
        inputs = self.data() if inputs is None else inputs
        if isinstance(inputs, dict) and isinstance(self.shape, dict):
            return layer(**inputs, **self.options)
        return layer(inputs, **self.options)


def _drawn(generator, shape, dtype):
    if backend.is_float_dtype(dtype):
        return backend.convert_to_tensor(generator.random(shape), dtype=dtype)
    return backend.convert_to_tensor(generator.integers(0, 2, shape), dtype=dtype)


def _shapes(structure):
    found = []
    tree.map_shape_structure(lambda shape: found.append(tuple(shape)), structure)
    return found


def _repeated(dtypes, items):
    flat = tree.flatten(dtypes) if isinstance(dtypes, (list, tuple, dict)) else [dtypes]
    return flat if len(flat) == len(items) else flat[:1] * len(items)


def _is_float(x):
    return backend.is_float_dtype(backend.standardize_dtype(x.dtype))
