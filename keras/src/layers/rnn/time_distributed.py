"""`TimeDistributed`: a layer applied to each step of a sequence."""

from keras.src import ops, tree
from keras.src.api_export import keras_export
from keras.src.layers.call_signature import call_signature
from keras.src.layers.core.wrapper import Wrapper


@keras_export("keras.layers.TimeDistributed")
class TimeDistributed(Wrapper):
    """Applies a layer to each step of a sequence by itself.

    All steps are computed at once, as one larger batch; one after the other only while a layer trains that gathers
    statistics of its batches, such as `BatchNormalization`.

    Args:
        layer: The layer.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of shape `(batch, steps, ...)`; in the call also `mask`, whose first axes are these. Outputs: what the
        layer gives for `(batch, ...)`, with the axis of steps behind that of the batch.

    Example:

    >>> images = keras.ops.ones((2, 5, 8, 8, 3))
    >>> keras.layers.TimeDistributed(keras.layers.Conv2D(4, 3))(images).shape
    (2, 5, 6, 6, 4)
    """

    def __init__(self, layer, **kwargs):
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def _step_shape(self, input_shape):
        sizes = input_shape if isinstance(input_shape, (list, tuple)) else ()
        if len(sizes) < 3 or any(isinstance(n, (list, tuple)) for n in sizes):
            raise ValueError(
                "`TimeDistributed` takes one tensor of at least 3 dimensions, (batch, steps, ...). "
                f"Received: inputs of shape {input_shape}"
            )
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape):
        super().build(self._step_shape(tuple(input_shape)))

    def compute_output_shape(self, input_shape):
        shapes = self.layer.compute_output_shape(self._step_shape(tuple(input_shape)))
        return tree.map_shape_structure(lambda shape: (shape[0], input_shape[1], *shape[1:]), shapes)

    def call(self, inputs, training=None, mask=None):
        self._check_mask(mask, inputs)
        signature = call_signature(type(self.layer).call)
        options = {"training": training} if signature.takes_training else {}
        mask = mask if "mask" in signature.known else None
        if self._needs_single_steps(training) and isinstance(inputs.shape[1], int):
            return self._step_by_step(inputs, mask, options)
        return self._at_once(inputs, mask, options)

    def _check_mask(self, mask, inputs):
        if mask is None:
            return
        expected, received = tuple(inputs.shape[:2]), tuple(mask.shape)
        if len(received) < 2 or any(None not in (a, b) and a != b for a, b in zip(expected, received)):
            raise ValueError(
                f"`mask` must begin with the axes of batch and steps of the inputs, here {expected}. "
                f"Received: a mask of shape {received}"
            )

    def _needs_single_steps(self, training):
        """Whether the layer keeps statistics of batches, to which every step counts as a batch."""
        layer = self.layer
        if getattr(layer, "stateful", False):
            return True
        return bool(training) and layer.trainable and any(not v.trainable for v in layer.weights)

    def _step_by_step(self, inputs, mask, options):
        outputs = []
        for i in range(inputs.shape[1]):
            of_step = {} if mask is None else {"mask": mask[:, i]}
            outputs.append(self.layer(inputs[:, i], **of_step, **options))
        return tree.map_structure(lambda *steps: ops.stack(steps, axis=1), *outputs)

    def _at_once(self, inputs, mask, options):
        if mask is not None:
            options = {**options, "mask": ops.reshape(mask, (-1, *ops.shape(mask)[2:]))}
        outputs = self.layer(ops.reshape(inputs, (-1, *ops.shape(inputs)[2:])), **options)
        leading = ops.shape(inputs)[:2]
        return tree.map_structure(lambda x: ops.reshape(x, (*leading, *ops.shape(x)[1:])), outputs)
