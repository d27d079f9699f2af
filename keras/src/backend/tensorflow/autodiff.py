"""Derivatives on TensorFlow."""

import tensorflow as tf

from keras.src.backend.tensorflow.tensors import to_dense


def vjp(function, tensors, variables, once):
    """Runs a function, and prepares to carry gradients back through it: see `contract.Autodiff`."""
    # The same tensor may be given twice, or be used by the function in other ways: these are not meant.
    tensors = [tf.identity(x) for x in tensors]
    sources = tensors + [variable._own_value() for variable in variables]
    with tf.GradientTape(persistent=not once, watch_accessed_variables=False) as tape:
        for source in sources:
            tape.watch(source)
        outputs, auxiliary = function(tensors)

    def pullback(gradients):
        found = tape.gradient(
            outputs, sources, output_gradients=gradients, unconnected_gradients=tf.UnconnectedGradients.ZERO
        )
        found = [to_dense(x) if isinstance(x, tf.IndexedSlices) else x for x in found]
        return found[: len(tensors)], found[len(tensors) :]

    return outputs, auxiliary, pullback
