"""`Identity`: nothing happens."""

from keras.src import tree
from keras.src.api_export import keras_export
from keras.src.graph.operation import as_description
from keras.src.layers.layer import Layer


@keras_export("keras.layers.Identity")
class Identity(Layer):
    """Gives back its inputs; a place holder where a layer is expected.

    Args:
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> keras.layers.Identity()(keras.ops.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self._start_built()

    def call(self, inputs):
        return inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_output_spec(self, inputs):
        return tree.map_structure(as_description, inputs)
