"""`DataLayer`: the base of layers that prepare data, in models and in pipelines of `tf.data`."""

from keras.src import backend, ops
from keras.src.backend.common import workers
from keras.src.layers.layer import Layer
from keras.src.layers.preprocessing import in_workers


class DataLayer(Layer):
    """A layer that prepares data. As any layer it also runs in `dataset.map(layer)`, whatever the engine: see `backend/door.py`."""

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls, *args, **kwargs)
        instance.__dict__["_process"] = workers.number()
        return instance

    # The engine's functions, under the name by which layers of other libraries reach them.
    backend = backend

    def convert_weight(self, weight):
        """A weight of another backend as one of this backend.

        Args:
            weight: Tensor or array.
        """
        return ops.convert_to_tensor(backend.convert_to_numpy(weight))


workers.on_start(in_workers.watch_calls)
