"""What property tests ask of the engine."""

import tensorflow as tf
from tensorflow.python.eager import context

CAN_COMPILE = True
CAN_DIFFERENTIATE = True
DISTRIBUTIONS = ("data",)
JOBS = NOTICES_DEATH = True
DEVICES_IN_PROCESS = 2
ROUNDS_SUMS_ONCE = tuple(("data", network) for network in ("mlp", "convnet", "transformer"))
to_sparse = tf.sparse.from_dense


def own_numbers():
    """Numbers drawn from the engine's own state."""
    return tf.random.uniform((4,)).numpy()


def compiled(function):
    """`function` under `tf.function` with AutoGraph, and a function that tells how often it was traced."""
    graph_function = tf.function(function)
    return graph_function, graph_function.experimental_get_tracing_count


def gradients(function, args):
    """Gradients of the sum of the elements of `function(*args)` with respect to each argument."""
    with tf.GradientTape() as tape:
        tape.watch(args)
        total = tf.reduce_sum(function(*args))
    return tape.gradient(total, args, unconnected_gradients=tf.UnconnectedGradients.ZERO)


def see_devices(count):
    """Lets this process see so many devices of the CPU."""
    if count > 1:
        cpu = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)


def held():
    """Number of the functions that the engine holds."""
    return len(context.context().list_function_names())


def mapped(function, tensors):
    """`function` over the leading dimension of the tensors, as a pipeline of data does."""
    data = tf.data.Dataset.from_tensor_slices(tuple(tensors)).map(lambda *x: _as_tuples(function(*x)))
    return data.batch(len(tensors[0])).get_single_element()


def _as_tuples(x):
    return tuple(map(_as_tuples, x)) if isinstance(x, (list, tuple)) else x
