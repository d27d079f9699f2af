"""`DataLayer`: the base of layers that prepare data, in models and in pipelines of `tf.data`."""

from keras.src import backend, tree
from keras.src.layers.layer import Layer
from keras.src.utils.module_utils import tensorflow as tf


class DataLayer(Layer):
    """A layer that also runs in a pipeline of `tf.data`, whatever the engine: `dataset.map(layer)`.

    Where the engine is not TensorFlow, the pipeline hands its arrays to the engine, and gets arrays back.
    """

    # The engine's functions, under the name by which layers of other libraries reach them.
    backend = backend

    def __call__(self, inputs, *args, **kwargs):
        if any(_is_in_pipeline(x) for x in tree.flatten(inputs)):
            return self._call_in_pipeline(inputs, args, kwargs)
        return super().__call__(inputs, *args, **kwargs)

    def _call_in_pipeline(self, inputs, args, kwargs):
        tensors = tree.flatten(inputs)
        specs = super().__call__(tree.map_structure(_description, inputs), *args, **kwargs)
        flat_specs = tree.flatten(specs)

        def run(*arrays):
            outputs = super(DataLayer, self).__call__(tree.pack_sequence_as(inputs, arrays), *args, **kwargs)
            return [backend.convert_to_numpy(x).astype(s.dtype) for x, s in zip(tree.flatten(outputs), flat_specs)]

        results = tf.numpy_function(run, tensors, [tf.as_dtype(s.dtype) for s in flat_specs])
        for result, spec in zip(results, flat_specs):
            result.set_shape(spec.shape)
        return tree.pack_sequence_as(specs, results)


def _is_in_pipeline(x):
    """Whether `x` is a tensor in a graph of TensorFlow that is not the engine's own."""
    if not type(x).__module__.startswith("tensorflow.") or backend.is_tensor(x):
        return False
    return isinstance(x, tf.Tensor) and not hasattr(x, "numpy")


def _description(x):
    shape = x.shape
    if shape.rank is None:
        raise ValueError("Layers in a pipeline of `tf.data` need tensors of known rank. Received one of unknown rank.")
    return backend.KerasTensor(tuple(shape), dtype=backend.standardize_dtype(x.dtype.name), record_history=False)
