"""`Variable`: a tensor with a name that changes over time."""

import operator

import numpy as np

from keras.src.backend import config
from keras.src.backend.common import running
from keras.src.backend.common.conversion import is_python_data, python_to_numpy
from keras.src.backend.common.dtypes import is_float_dtype, joined, standardize_dtype
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.memory import INTS, check_size
from keras.src.backend.common.name_scope import current_path
from keras.src.backend.common.operators import logical_operator, operator_by_op
from keras.src.backend.common.shapes import standardize_shape
from keras.src.backend.common.slices import Slices, is_divided
from keras.src.backend.common.stateless_scope import register_uninitialized_variable
from keras.src.backend.common.waiting_values import Waiting
from keras.src.utils import load_budget
from keras.src.utils.later import initializers, ops
from keras.src.utils.module_utils import tensorflow
from keras.src.utils.naming import auto_name

_AGGREGATIONS = (None, "none", "mean", "sum", "only_first_replica")
_SYNCHRONIZATIONS = (None, "none", "on_read", "on_write", "auto")
_WITHOUT_VALUE = (KerasTensor, Slices)
_PYTHON_SCALARS = (bool, int, float, complex)


def anew(call):
    """Decorator for `__call__` of an initializer: each call returns a tensor that nobody else holds.

    Overrides in subclasses are not marked, so what they return is copied.
    """
    call.makes_anew = True
    return call


def makes_anew(initializer):
    """Whether what `initializer` returns may become the value of a variable as it is."""
    return getattr(type(initializer).__call__, "makes_anew", False)


class Variable(Waiting):
    """What the variables of all engines share; see `keras.Variable`.

    An engine's subclass defines `_initialize(value)` (first value), `_direct_assign(value)` (later values) and
    `_convert_to_tensor(value, dtype)`; it may define `_initialize_with_initializer(initializer)` and `_cast(value, dtype)`.
    """

    __array_priority__ = 100

    def __init__(
        self,
        initializer,
        shape=None,
        dtype=None,
        trainable=True,
        autocast=True,
        aggregation="none",
        synchronization="auto",
        name=None,
        layout=None,
        **kwargs,
    ):
        self._name = _checked_name(auto_name("variable") if name is None else name)
        parent_path = current_path()
        self._path = f"{parent_path}/{self._name}" if parent_path else self._name
        self._trainable = bool(trainable)
        self._autocast = bool(autocast)
        self._aggregation = _checked_word("aggregation", aggregation, _AGGREGATIONS)
        self._synchronization = _checked_word("synchronization", synchronization, _SYNCHRONIZATIONS)
        self._layout = layout
        self._overwrite_with_gradient = False
        self._regularizer = None
        self._constraint = None
        self._value = None
        self._initializer = None
        if isinstance(initializer, str):
            initializer = initializers.get(initializer)
        if callable(initializer):
            self._start_from_callable(initializer, shape, dtype)
        else:
            self._start_from_value(initializer, dtype)
        self._can_autocast = self._autocast and is_float_dtype(self._dtype)

    def _start_from_callable(self, initializer, shape, dtype):
        if shape is None:
            raise ValueError(
                f"A Variable made from a callable needs a `shape`. Received: initializer={initializer!r}, shape=None"
            )
        self._dtype = standardize_dtype(dtype)
        self._shape = self._checked_shape(shape)
        self._ndim = len(self._shape)
        self._settle_layout()
        load_budget.spend_on_variable(self._shape, self._dtype, self._path)
        check_size(self._shape, self._dtype, f"The variable {self._path!r}")
        if STATE.stateless_scope is not None:
            self._initializer = initializer
            register_uninitialized_variable(self)
        elif self._may_wait(initializer):
            self._wait(initializer)
        else:
            self._initialize_with_initializer(initializer)

    def _start_from_value(self, value, dtype):
        if STATE.stateless_scope is not None:
            raise ValueError(
                f"The variable {self._path!r} was made from a value within a stateless scope, as while a model is "
                "traced. Create variables beforehand, in the `build()` of a layer, by "
                "`self.add_weight(shape=..., initializer=...)`."
            )
        if isinstance(value, Variable):
            value = value.value
        if dtype is None and is_python_data(value):
            value = python_to_numpy(value)
        if dtype is not None:
            dtype = standardize_dtype(dtype)
        value = self._convert_to_tensor(value, dtype=dtype)
        self._dtype = dtype or standardize_dtype(value.dtype)
        self._shape = self._checked_shape(value.shape)
        self._ndim = len(self._shape)
        self._settle_layout()
        self._initialize(value)

    def _settle_layout(self):
        """Asks the distribution in force for the layout over devices, once, where the user did not say it."""
        if self._layout is None and self._distribution is not None:
            self._layout = self._distribution.get_variable_layout(self)

    @property
    def _distribution(self):
        """The distribution in force, where it concerns this variable: not one of a guest engine, such as exports make."""
        distribution = STATE.distribution
        return distribution if distribution is None or isinstance(self, running.engine.core.Variable) else None

    def _checked_shape(self, shape):
        if shape.__class__ is tuple and INTS.issuperset(map(type, shape)):
            return shape
        try:
            shape = tuple(shape)
        except TypeError:
            raise ValueError(f"The shape of a variable is a tuple of integers. Received: shape={shape!r}") from None
        if any(size is None for size in shape):
            raise ValueError(
                f"Every size in the shape of the variable {self._path!r} must be known. Received: shape={shape}"
            )
        return tuple(int(size) for size in shape)

    def _initialize_with_initializer(self, initializer):
        if self._layout is None:
            value = initializer(self._shape, dtype=self._dtype)
        else:
            make = running.engine.distribution.initial_value
            value = make(initializer, self._shape, self._dtype, self._layout)
        if makes_anew(initializer):
            self._take(self._cast(value, self._dtype))
        else:
            self._initialize(self._convert_to_tensor(value, dtype=self._dtype))

    def _deferred_initialize(self):
        """Gives the variable its value, once, if it was created where it could not have one."""
        if self._value is not None:
            raise ValueError(f"The variable {self._path!r} is already initialized: give it another value by `assign`.")
        if STATE.stateless_scope is not None:
            raise ValueError(
                f"The variable {self._path!r} cannot be initialized within a stateless scope: leave it first."
            )
        self._initialize_with_initializer(self._initializer)
        self._initializer = None

    # The value.

    @property
    def value(self):
        """The tensor that the variable holds at present."""
        # Where a scope has another value for it, a variable that waits goes on waiting.
        if STATE.quiet:
            value = self._value
            if value is not None:
                return value
        return self._scoped_value()

    def _read_value(self):
        """What the variable holds, as what computes with it reads it: some engines gather what is divided."""
        return self._own_value()

    def _scoped_value(self):
        value = self._read_value()
        autocast = STATE.autocast_scope
        if autocast is not None and self._can_autocast and autocast.dtype is not None:
            return self._cast(value, autocast.dtype)
        return value

    def assign(self, value):
        """Replaces the value.

        Args:
            value: Tensor or array of the variable's shape; it is cast to the variable's dtype.

        Returns:
            The new value, a tensor.
        """
        if isinstance(value, _WITHOUT_VALUE):
            return self._assign_description(value) if isinstance(value, KerasTensor) else self._assign_slices(value)
        value = self._convert_to_tensor(value, dtype=self._dtype)
        if tuple(value.shape) != self._shape:
            raise ValueError(
                f"`assign` takes a value of the shape {self._shape} for the variable {self._path!r}. "
                f"Received: a value of shape {tuple(value.shape)}"
            )
        if STATE.stateless_scope is not None:
            STATE.stateless_scope.add_update((self, value))
        else:
            self._put(value)
        return value

    def _assign_own(self, value):
        """`assign` of a tensor that nobody else holds: an engine may keep it as it is."""
        self.assign(value)

    def _assign_slices(self, value):
        """Reads from a file what this process holds of the variable."""
        if value.shape != self._shape:
            raise ValueError(f"The variable {self._path!r} has the shape {self._shape}. Received: shape {value.shape}")
        if not is_divided(self) or STATE.stateless_scope is not None:
            return self.assign(np.asarray(value))
        make = running.engine.distribution.value_of_slices
        value = make(value.read, self._shape, self._dtype, self._layout)
        if self._holds_value():
            self._direct_assign(value)
        else:
            self._take(value)
            self._initializer = None
        return self._value

    def _assign_description(self, value):
        """While shapes are inferred, only the shape of what is assigned is looked at; the variable stays as it is."""
        if len(value.shape) != self._ndim or any(a not in (None, b) for a, b in zip(value.shape, self._shape)):
            raise ValueError(
                f"`assign` takes a value of the shape {self._shape} for the variable {self._path!r}. "
                f"Received: a value of shape {value.shape}"
            )
        return KerasTensor(self._shape, self._dtype, record_history=False)

    def assign_add(self, value):
        """Adds to the value; `value` is a tensor that broadcasts to the variable's shape."""
        if isinstance(value, KerasTensor):
            return KerasTensor(self._shape, self._dtype, record_history=False)
        return self.assign(self._own_value() + self._convert_to_tensor(value, dtype=self._dtype))

    def assign_sub(self, value):
        """Subtracts from the value; `value` is a tensor that broadcasts to the variable's shape."""
        if isinstance(value, KerasTensor):
            return KerasTensor(self._shape, self._dtype, record_history=False)
        return self.assign(self._own_value() - self._convert_to_tensor(value, dtype=self._dtype))

    def clear(self):
        """Makes every element zero, and returns nothing: engines may do it in place."""
        self.assign(ops.zeros(self._shape, dtype=self._dtype))

    def accumulate(self, value, times=1):
        """Adds `times * value`, and returns nothing: engines may do it in place.

        Args:
            value: Tensor of the variable's shape, or a number.
            times: Number.
        """
        self.assign_add(value if times == 1 else self._convert_to_tensor(value, dtype=self._dtype) * times)

    def _own_value(self):
        """The value in the variable's own dtype, whatever autocast says."""
        value = None
        if STATE.stateless_scope is not None:
            value = STATE.stateless_scope.get_current_value(self)
        if value is None:
            value = self._value
        if value is None:
            value = self._convert_to_tensor(self._initializer(self._shape, dtype=self._dtype), dtype=self._dtype)
        return value

    def __getstate__(self):
        # Copies and pickles are read elsewhere.
        self.settle()
        return self.__dict__.copy()

    def numpy(self):
        """Returns the value as a NumPy array, which later assignments do not change."""
        return running.engine.convert_to_numpy(self.value)

    def _convert_to_tensor(self, value, dtype=None):
        raise NotImplementedError

    def _initialize(self, value):
        raise NotImplementedError

    def _keep_columns_together(self):
        """Lays a matrix out in memory by columns, where the engine multiplies vectors with it faster so."""

    def _take(self, value):
        """The first value, where nobody else holds it; an engine that copies what `_initialize` gets need not do so."""
        self._initialize(value)

    def _direct_assign(self, value):
        raise NotImplementedError

    def _cast(self, value, dtype):
        return running.engine.cast(value, dtype)

    # What it is.

    @property
    def dtype(self):
        """Name of the dtype in which it is read; an autocast scope may change it."""
        scope = STATE.autocast_scope
        if scope is not None and scope.dtype is not None and self._can_autocast:
            return scope.dtype
        return self._dtype

    shape = property(lambda self: self._shape, doc="Tuple of ints.")
    ndim = property(lambda self: self._ndim, doc="Number of axes.")
    name = property(lambda self: self._name, doc="Its name, without the scopes.")
    path = property(lambda self: self._path, doc="Its name below those of the scopes it was created in, joined by `/`.")
    aggregation = property(lambda self: self._aggregation, doc="How values of replicas are combined.")
    synchronization = property(lambda self: self._synchronization, doc="When replicas are brought in step.")

    def _set_trainable(self, value):
        self._trainable = bool(value)

    def _set_regularizer(self, value):
        self._regularizer = _checked_callable("regularizer", value)

    def _set_constraint(self, value):
        self._constraint = _checked_callable("constraint", value)

    def _set_overwrite_with_gradient(self, value):
        if not isinstance(value, bool):
            raise TypeError(f"`overwrite_with_gradient` must be a bool. Received: {value!r}")
        self._overwrite_with_gradient = value

    # The setters are looked up by name, so that an engine can override them.
    trainable = property(
        lambda self: self._trainable,
        lambda self, value: self._set_trainable(value),
        doc="Whether optimizers update it.",
    )
    regularizer = property(
        lambda self: self._regularizer,
        lambda self, value: self._set_regularizer(value),
        doc="A callable from the value to a penalty, or `None`.",
    )
    constraint = property(
        lambda self: self._constraint,
        lambda self, value: self._set_constraint(value),
        doc="A callable applied to the value after each update, or `None`.",
    )
    overwrite_with_gradient = property(
        lambda self: self._overwrite_with_gradient,
        lambda self, value: self._set_overwrite_with_gradient(value),
        doc="Whether an optimizer replaces the value by the gradient, as float8 scales need it.",
    )

    def __repr__(self):
        value = f", value={np.asarray(self)}" if self._value is not None and STATE.quiet else ""
        return f"<Variable path={self._path}, shape={self._shape}, dtype={self._dtype}{value}>"

    # Conversions.

    def __array__(self, dtype=None, copy=None):
        array = running.engine.convert_to_numpy(self.value)
        return array if dtype is None else array.astype(dtype, copy=False)

    def __tf_tensor__(self, dtype=None, name=None):
        # In a graph of TensorFlow beside another engine: the tensor to which a scope maps the variable, else a constant.
        value = self.value
        return tensorflow.convert_to_tensor(np.asarray(self) if value is self._value else value, dtype, name=name)

    def __bool__(self):
        raise TypeError(f"The variable {self._path!r} has no truth value; convert it first: `bool(variable.numpy())`.")

    def _scalar(self):
        if self._ndim:
            raise TypeError(
                f"Only a variable without axes converts to a Python scalar; {self._path!r} has shape {self._shape}."
            )
        return np.asarray(self).item()

    def __float__(self):
        return float(self._scalar())

    def __int__(self):
        return int(self._scalar())

    def __index__(self):
        return operator.index(self._scalar())

    # Operators; both sides promote as in any operation.

    def _operands(self, other, needs_float=False):
        value = self.value
        scalar = type(other) in _PYTHON_SCALARS
        if not scalar:
            other = self._convert_to_tensor(other)
        dtype = joined(standardize_dtype(value.dtype), type(other) if scalar else standardize_dtype(other.dtype))
        if needs_float and ("int" in dtype or dtype == "bool"):
            dtype = config.floatx()
        return self._cast(value, dtype), self._convert_to_tensor(other, dtype=dtype)

    def __getitem__(self, index):
        return self.value[index]

    def __neg__(self):
        return -self.value

    def __pos__(self):
        return self.value

    def __abs__(self):
        return abs(self.value)

    def __invert__(self):
        return ~self.value

    def __round__(self, ndigits=None):
        return ops.round(self.value, ndigits or 0)


def _add_operators(name, function, needs_float=False, reflected=True):
    """Gives `Variable` the operator `__name__` and, where there is one, `__rname__`."""

    def forward(self, other):
        if isinstance(other, KerasTensor):
            return NotImplemented
        left, right = self._operands(other, needs_float)
        return function(left, right)

    def backward(self, other):
        right, left = self._operands(other, needs_float)
        return function(left, right)

    for prefix, method in [("", forward), ("r", backward)][: 2 if reflected else 1]:
        method.__name__ = f"__{prefix}{name}__"
        setattr(Variable, method.__name__, method)


for _name in ("add", "sub", "mul", "lshift", "rshift"):
    _add_operators(_name, getattr(operator, f"__{_name}__"))
for _name, _op in (("mod", "mod"), ("matmul", "matmul"), ("floordiv", "floor_divide"), ("pow", "power")):
    # Engines refuse bools here, int8 would not hold the sums, and quotients of 64 bits may be narrower.
    setattr(Variable, f"__{_name}__", operator_by_op(_op, swapped=False))
    setattr(Variable, f"__r{_name}__", operator_by_op(_op, swapped=True))
for _name in ("and", "or", "xor"):
    setattr(Variable, f"__{_name}__", logical_operator(_name))
    setattr(Variable, f"__r{_name}__", logical_operator(_name))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    _add_operators(_name, getattr(operator, _name), reflected=False)
_add_operators("truediv", operator.truediv, needs_float=True)
Variable.__hash__ = None


def _checked_name(name):
    if not isinstance(name, str) or "/" in name:
        raise ValueError(f"The name of a variable is a string without `/`. Received: name={name!r}")
    return name


def _checked_word(argument, value, choices):
    if value not in choices:
        known = ", ".join(map(repr, choices))
        raise ValueError(f"`{argument}` of a variable must be one of {known}. Received: {argument}={value!r}")
    return value


def _checked_callable(attribute, value):
    if value is not None and not callable(value):
        raise ValueError(f"`{attribute}` of a variable is a callable or None. Received: {attribute}={value!r}")
    return value


KerasVariable = Variable
"""The name by which other libraries know the base of variables of all engines."""


class AutocastScope:
    """Context in which floating-point variables are read in another dtype.

    Args:
        dtype: Name of a floating-point dtype, or `None`: variables are read as they are.
    """

    def __init__(self, dtype):
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        if self.dtype is not None and not is_float_dtype(self.dtype):
            raise ValueError(f"An AutocastScope takes a floating-point dtype. Received: dtype={dtype!r}")

    def maybe_cast(self, value):
        """Casts a floating-point tensor to the dtype of the scope."""
        if self.dtype is not None and is_float_dtype(value.dtype):
            return running.engine.cast(value, self.dtype)
        return value

    def __enter__(self):
        self._previous = STATE.enter("autocast_scope", self)
        return self

    def __exit__(self, *exception):
        STATE.enter("autocast_scope", self._previous)


def get_autocast_scope():
    """Returns the innermost open `AutocastScope`, or `None`."""
    return STATE.autocast_scope
