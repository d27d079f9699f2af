"""Variables over `tf.Variable`."""

import math

import tensorflow as tf

from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.variables import Variable as BaseVariable
from keras.src.backend.tensorflow import replicas
from keras.src.backend.tensorflow.tensors import cast, convert_to_tensor

_AGGREGATIONS = {
    None: tf.VariableAggregation.NONE,
    "none": tf.VariableAggregation.NONE,
    "mean": tf.VariableAggregation.MEAN,
    "sum": tf.VariableAggregation.SUM,
    "only_first_replica": tf.VariableAggregation.ONLY_FIRST_REPLICA,
}
_SYNCHRONIZATIONS = {
    None: tf.VariableSynchronization.NONE,
    "none": tf.VariableSynchronization.NONE,
    "on_read": tf.VariableSynchronization.ON_READ,
    "on_write": tf.VariableSynchronization.ON_WRITE,
    "auto": tf.VariableSynchronization.AUTO,
}


class Sizes(tuple):
    """The shape of a variable: a tuple that answers as well to what code for TensorFlow asks of a `tf.TensorShape`."""

    rank = ndims = property(len, doc="Number of axes.")

    def as_list(self):
        """The sizes as a list."""
        return list(self)

    def num_elements(self):
        """The product of the sizes."""
        return math.prod(self)

    def is_fully_defined(self):
        """`True`: all sizes of a variable are known."""
        return True

    def is_compatible_with(self, other):
        """Whether a shape, in which sizes may be unknown, is this one."""
        return tf.TensorShape(self).is_compatible_with(other)


class Variable(BaseVariable, tf.__internal__.tracking.Trackable):
    """A variable over a `tf.Variable`, usable wherever TensorFlow takes a tensor or asks for a gradient."""

    # `tf.GradientTape.gradient` then takes `handle` for the source.
    _should_act_as_resource_variable = True

    # The strategy whose replicas each have a copy of it.
    _strategy = None

    def _initialize(self, value):
        if self._distribution is not None or tf.distribute.has_strategy():
            self._strategy = replicas.strategy_of_variables()
        if self._strategy is not None:
            self._value = replicas.mirrored(self, value)
            return
        options = {
            "dtype": self._dtype,
            "trainable": self._trainable,
            "aggregation": _AGGREGATIONS[self._aggregation],
            "synchronization": _SYNCHRONIZATIONS[self._synchronization],
        }
        if tf.distribute.has_strategy() or not tf.executing_eagerly():
            self._value = tf.Variable(value, name=self._path, **options)
            return
        # TensorFlow makes, and keeps for good, a kernel for each name that it meets here: nine tenths of what a variable costs.
        self._value = tf.Variable(value, name="variable", **options)
        self._value._handle_name = f"{self._path}:0"

    def _initialize_with_initializer(self, initializer):
        # A variable outlives the function that is being traced when it is made.
        with tf.init_scope():
            super()._initialize_with_initializer(initializer)

    shape = property(lambda self: Sizes(self._shape), doc="Tuple of ints.")

    @property
    def value(self):
        """The tensor that the variable holds at present; later assignments don't change it."""
        value = self._value
        if value is None or not STATE.quiet:
            value = self._scoped_value()
        return value.value() if isinstance(value, tf.Variable) else value

    def _direct_assign(self, value):
        if self._strategy is None and STATE.share is None:
            self._value.assign(value, read_value=False)
        else:
            replicas.assign(self, "assign", value)

    def assign_add(self, value):
        """Adds to the value; `value` is a tensor that broadcasts to the variable's shape."""
        return self._assign_in_place("assign_add", value)

    def assign_sub(self, value):
        """Subtracts from the value; `value` is a tensor that broadcasts to the variable's shape."""
        return self._assign_in_place("assign_sub", value)

    def _assign_in_place(self, method, value):
        value = convert_to_tensor(value, self._dtype)
        if STATE.stateless_scope is not None or tuple(value.shape) != self._shape:
            return getattr(super(), method)(value)
        if self._strategy is None and STATE.share is None:
            getattr(self._value, method)(value, read_value=False)
        else:
            replicas.assign(self, method, value)
        return self._value.value()

    def _convert_to_tensor(self, value, dtype=None):
        return convert_to_tensor(value, dtype)

    def _cast(self, value, dtype):
        return cast(value, dtype)

    @property
    def trainable(self):
        """Whether optimizers update it, and whether a gradient tape watches it."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        if self._holds_value():
            self._value._trainable = self._trainable

    # What TensorFlow asks of a tensor.

    def __tf_tensor__(self, dtype=None, name=None):
        return tf.convert_to_tensor(self.value, dtype=dtype, name=name)

    def _dense_var_to_tensor(self, dtype=None, name=None, as_ref=False):
        return self.__tf_tensor__(dtype, name)

    @property
    def handle(self):
        """The resource that holds the value."""
        return self._value.handle

    @property
    def _shared_name(self):
        return self._value._shared_name

    # To checkpoints and SavedModel it is the variable that it holds.

    def _serialize_to_tensors(self):
        return self._value._serialize_to_tensors()

    def _restore_from_tensors(self, restored_tensors):
        return self._value._restore_from_tensors(restored_tensors)

    def _write_object_proto(self, *args, **kwargs):
        return self._value._write_object_proto(*args, **kwargs)

    def _export_to_saved_model_graph(self, object_map, *args, **kwargs):
        resources = self._value._export_to_saved_model_graph(object_map, *args, **kwargs)
        object_map[self] = object_map[self._value]
        return resources
