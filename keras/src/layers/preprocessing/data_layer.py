"""`DataLayer`: the base of layers that prepare data, in models and in pipelines of `tf.data`."""

from keras.src import backend, ops
from keras.src.layers.layer import Layer


class DataLayer(Layer):
    """A layer that prepares data. As any layer it also runs in `dataset.map(layer)`, whatever the engine: see `backend/door.py`."""

    # The engine's functions, under the name by which layers of other libraries reach them.
    backend = backend

    def convert_weight(self, weight):
        """A weight of another backend as one of this backend.

        Args:
            weight: Tensor or array.
        """
        return ops.convert_to_tensor(backend.convert_to_numpy(weight))
