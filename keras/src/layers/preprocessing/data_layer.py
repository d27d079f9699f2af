"""`DataLayer`: the base of layers that prepare data, in models and in pipelines of `tf.data`."""

from keras.src import backend
from keras.src.layers.layer import Layer


class DataLayer(Layer):
    """A layer that prepares data. As any layer it also runs in `dataset.map(layer)`, whatever the engine: see `backend/door.py`."""

    # The engine's functions, under the name by which layers of other libraries reach them.
    backend = backend
