"""`KerasTensor`: the shape and dtype of a tensor that does not exist yet, and where it will come from."""

from keras.src import tree
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.operators import TensorOperators, logical_operator, ops
from keras.src.backend.common.shapes import standardize_shape
from keras.src.utils.naming import auto_name


@keras_export("keras.KerasTensor")
class KerasTensor(TensorOperators):
    """A symbolic tensor: the static description on which graphs are built.

    Args:
        shape: Tuple of ints, with `None` for sizes not known yet.
        dtype: Name of the dtype of the elements.
        sparse: Whether the value will be a sparse tensor of the engine.
        ragged: Whether the value will be a ragged tensor of the engine.
        record_history: Whether operations on it are recorded as graph nodes.
        name: Name; made from the class name when absent.

    Example:

    >>> x = keras.KerasTensor((None, 3), dtype="float32")
    >>> (x + 1).shape
    (None, 3)
    """

    def __init__(self, shape, dtype="float32", sparse=False, ragged=False, record_history=True, name=None, **kwargs):
        ragged_rank = kwargs.pop("ragged_rank", None)
        row_splits_dtype = kwargs.pop("row_splits_dtype", None)
        if kwargs:
            raise TypeError(f"KerasTensor got arguments that it does not know: {sorted(kwargs)}.")
        if sparse and ragged:
            raise ValueError("A KerasTensor is sparse or ragged, not both: got sparse=True and ragged=True.")
        if shape is None and record_history:
            raise ValueError(
                "`shape` of a KerasTensor must be a tuple, with None for unknown sizes. Received: shape=None"
            )
        self._shape = None if shape is None else standardize_shape(shape)
        self._dtype = standardize_dtype(dtype)
        self._sparse = bool(sparse)
        self._ragged = bool(ragged)
        self._ragged_rank = (1 if ragged_rank is None else ragged_rank) if ragged else None
        self._row_splits_dtype = standardize_dtype(row_splits_dtype or "int64") if ragged else None
        self._name = name
        self.record_history = record_history

    @property
    def shape(self):
        """Tuple of the sizes, `None` where unknown."""
        return self._shape

    @property
    def dtype(self):
        """Name of the dtype."""
        return self._dtype

    @property
    def sparse(self):
        """Whether the value is sparse."""
        return self._sparse

    @property
    def ragged(self):
        """Whether the value is ragged."""
        return self._ragged

    @property
    def ragged_rank(self):
        """Number of ragged dimensions, or `None` for a dense tensor."""
        return self._ragged_rank

    @property
    def row_splits_dtype(self):
        """Dtype of the row splits of a ragged tensor, or `None`."""
        return self._row_splits_dtype

    @property
    def name(self):
        """Name, made when first asked for."""
        if self._name is None:
            self._name = auto_name("keras_tensor")
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @property
    def ndim(self):
        """Number of dimensions, or `None` where the rank is unknown."""
        return None if self._shape is None else len(self._shape)

    def reshape(self, newshape):
        """This tensor in another shape; see `keras.ops.reshape`."""
        return ops.reshape(self, newshape)

    def squeeze(self, axis=None):
        """This tensor without its dimensions of size 1; see `keras.ops.squeeze`."""
        return ops.squeeze(self, axis)

    def __repr__(self):
        kinds = "".join(f", {kind}=True" for kind in ("sparse", "ragged") if getattr(self, kind))
        return f"<KerasTensor shape={self._shape}, dtype={self._dtype}{kinds}, name={self.name}>"

    def __hash__(self):
        return id(self)

    # A tensor of a graph is a node: it is equal to itself only, and has no elements. A description, on which `call` of a
    # layer runs in the place of an engine's tensor, compares and unpacks as that does.

    def __eq__(self, other):
        return self is other if self.record_history else ops.equal(self, other)

    def __iter__(self):
        if self.record_history:
            raise NotImplementedError(
                f"A symbolic tensor cannot be iterated over. Use `keras.ops.unstack`, or index it. Received: {self!r}"
            )
        if not self._shape or self._shape[0] is None:
            raise TypeError(
                f"A symbolic tensor can only be iterated over when its first size is known; its shape is {self._shape}."
            )
        return (self[i] for i in range(self._shape[0]))

    def __len__(self):
        if self.record_history or not self._shape or self._shape[0] is None:
            raise TypeError(f"A symbolic tensor has no length; use `x.shape[0]`. Received: {self!r}")
        return self._shape[0]

    def __invert__(self):
        return ops.logical_not(self) if self.record_history else super().__invert__()

    def _no_value(self, wanted, error=ValueError):
        raise error(
            f"Expected a value that can be turned into {wanted}, received the symbolic {self!r}. A KerasTensor has a "
            "shape and a dtype but no values. Use keras.ops functions on it, or compute inside the `call` of a layer."
        )

    def __array__(self, *args, **kwargs):
        self._no_value("a NumPy array")

    def __tf_tensor__(self, *args, **kwargs):
        self._no_value("a TensorFlow tensor")

    def __jax_array__(self):
        self._no_value("a JAX array")

    def __bool__(self):
        self._no_value("a Python bool", TypeError)

    def __int__(self):
        self._no_value("a Python int")

    def __index__(self):
        self._no_value("an index", TypeError)

    def __float__(self):
        self._no_value("a Python float")


def _logical(word):
    """`&`, `|` and `^`: logical, as for `Variable`s; on a description, what they are for tensors."""
    of_tensors = getattr(TensorOperators, f"__{word}__")
    of_graphs = logical_operator(word)

    def method(self, other):
        return of_graphs(self, other) if self.record_history else of_tensors(self, other)

    return method


for _word in ("and", "or", "xor"):
    setattr(KerasTensor, f"__{_word}__", _logical(_word))
    setattr(KerasTensor, f"__r{_word}__", _logical(_word))


def of_any_rank(shape, dtype, **options):
    """A `KerasTensor` of a graph whose rank may be unknown, `None` for the shape: engines and ops make such, users do not."""
    result = KerasTensor(shape, dtype, record_history=False, **options)
    result.record_history = True
    return result


@keras_export(["keras.utils.is_keras_tensor", "keras.backend.is_keras_tensor"])
def is_keras_tensor(x):
    """Whether `x` is a `KerasTensor`.

    Args:
        x: Any object.

    Returns:
        A Python bool.

    Example:

    >>> keras.utils.is_keras_tensor(keras.Input((3,)))
    True
    """
    return isinstance(x, KerasTensor)


def any_symbolic_tensors(args=None, kwargs=None):
    """Whether a `KerasTensor` stands anywhere in the arguments, at any depth."""
    for value in (args or ()) + tuple((kwargs or {}).values()):
        if isinstance(value, KerasTensor):
            return True
        if isinstance(value, (list, tuple, dict)) and any(isinstance(x, KerasTensor) for x in tree.flatten(value)):
            return True
    return False
