"""Derivatives on TensorFlow."""

import tensorflow as tf

from keras.src.backend.tensorflow.tensors import to_dense


def vjp(function, tensors, variables, once):
    """Runs a function, and prepares to carry gradients back through it.

    Args:
        function: Function from a list of tensors to `(outputs, auxiliary)`, a list of tensors and any structure.
        tensors: List of floating-point tensors.
        variables: List of variables that the function reads.
        once: Whether the pullback is called only once.

    Returns:
        `(outputs, auxiliary, pullback)`; the pullback takes the gradients of the outputs and returns those of
        `tensors` and of `variables`, two lists.
    """
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
