"""Columns of tables: read from sources of data for `adapt`, and made ready for preprocessors."""

import contextlib

import numpy as np

from keras.src import backend, ops
from keras.src.layers.preprocessing.host_layer import as_tensor_or_array

_ROWS = 32
"""Rows in a batch of data that comes row by row."""
_ROWS_AT_ONCE = 8192
"""Rows of an array in one batch, where results do not depend on the batches."""


# Reading


class _Column:
    """The batches of one column, from their beginning each time."""

    def __init__(self, batches):
        self._batches = batches

    def __iter__(self):
        for x in self._batches():
            yield x[:, None] if len(x.shape) == 1 else x


class _Arrays:
    """Columns that are arrays."""

    def __init__(self, columns):
        self._columns = {name: as_tensor_or_array(x) for name, x in columns.items()}
        self.names = list(columns)

    def column(self, name, by_rows):
        array, rows = self._columns[name], _ROWS if by_rows else _ROWS_AT_ONCE
        return _Column(lambda: (array[i : i + rows] for i in range(0, len(array), rows)))


class _Dataset:
    """Columns of a `tf.data.Dataset`, which can leave out the others."""

    def __init__(self, dataset):
        self._dataset, spec = dataset, dataset.element_spec
        self._spec = spec[0] if isinstance(spec, tuple) and spec else spec
        _check_is_dict(self._spec)
        self.names = list(self._spec)

    def column(self, name, by_rows):
        column = self._dataset.map(lambda first, *rest: first[name])
        return _Column(lambda: iter(column.batch(_ROWS) if self._spec[name].shape.rank == 0 else column))


class _Batches:
    """Columns of dicts that an iterable gives. What can be read only once is kept in memory."""

    def __init__(self, source):
        if hasattr(source, "__getitem__") and hasattr(source, "__len__") and not isinstance(source, (list, tuple)):
            self._elements = lambda: map(source.__getitem__, range(len(source)))
        else:
            kept = list(source) if iter(source) is source else source
            self._elements = lambda: iter(kept)
        first = next(self._dicts(), None)
        self.names = list(first or ())

    def _dicts(self):
        for element in self._elements():
            element = element[0] if isinstance(element, (tuple, list)) and len(element) else element
            _check_is_dict(element)
            yield element

    def column(self, name, by_rows):
        return _Column(lambda: _in_batches(as_tensor_or_array(element[name]) for element in self._dicts()))


def _in_batches(values):
    """Batches as they are, and single values in batches."""
    kept = []
    for x in values:
        if len(x.shape):
            yield x
            continue
        kept.append(np.asarray(x)[()])
        if len(kept) == _ROWS:
            yield as_tensor_or_array(kept)
            kept = []
    if kept:
        yield as_tensor_or_array(kept)


def source_of(dataset, names):
    """The columns of what `adapt` was given.

    Args:
        dataset: Dict of arrays, table of pandas, `tf.data.Dataset`, `PyDataset`, loader or iterable of dicts.
        names: Names of the columns that are needed.

    Returns:
        An object with a method `column(name, by_rows)`, which gives an iterable over batches; `by_rows` says that they
        shall be such as those of data that comes row by row.

    Raises:
        TypeError: `dataset` is something else.
        ValueError: It has not all of the columns, or no rows.
    """
    table = _table(dataset)
    if table is not None:
        source = _Arrays(table)
    elif hasattr(dataset, "element_spec"):
        source = _Dataset(dataset)
    elif hasattr(dataset, "__iter__") or hasattr(dataset, "__getitem__"):
        source = _Batches(dataset)
    else:
        _check_is_dict(dataset)
    missing = [name for name in names if name not in source.names]
    if missing and source.names:
        raise ValueError(f"`adapt` needs the columns {missing} too. Received data with the columns {source.names}")
    if missing or any(not _has_rows(source.column(name, False)) for name in names[:1]):
        raise ValueError("`adapt` needs at least one batch of data. Received data without any.")
    return source


def _has_rows(column):
    return any(len(x) for x in column)


def _table(data):
    """A dict of columns, where `data` is one or a table; else `None`."""
    if isinstance(data, dict):
        return data
    if hasattr(data, "columns") and hasattr(data, "iloc"):
        return {name: data[name] for name in data.columns}
    return None


def _check_is_dict(element):
    if not isinstance(element, dict):
        raise TypeError(
            "`adapt` takes a dict of arrays, a table of pandas, or data whose elements are dicts: a `tf.data.Dataset`, a "
            f"`keras.utils.PyDataset`, a loader or an iterable. Received: {element!r} (of type {type(element)})"
        )


@contextlib.contextmanager
def all_or_nothing(layers):
    """Context in which layers learn; an exception gives them back what they knew.

    Args:
        layers: List of layers.
    """
    before = [(layer, dict(vars(layer)), layer.get_weights()) for layer in layers]
    try:
        yield
    except BaseException:
        for layer, attributes, weights in before:
            vars(layer).update(attributes)
            if weights:
                layer.set_weights(weights)
        raise


# Making ready


def prepared(data, dtypes):
    """The columns of some rows, each of shape `(batch, 1)` or `(batch, size)`, and whether it was a single row.

    Args:
        data: Dict of columns or of single values, or a table of pandas.
        dtypes: Dict from the names of the columns to their dtypes.

    Raises:
        ValueError: `data` is something else, or has not these columns, or a column holds strings instead of numbers.
    """
    table = _table(data)
    if table is None:
        raise ValueError(
            f"A FeatureSpace is called on a dict of columns. Received: data={data!r} (of type {type(data)})"
        )
    missing, unknown = [x for x in dtypes if x not in table], [x for x in table if x not in dtypes]
    if missing or unknown:
        raise ValueError(
            f"This FeatureSpace takes the columns {list(dtypes)}. Received a dict in which {missing} are missing and "
            f"{unknown} are unknown."
        )
    columns = {name: _in_dtype(name, as_tensor_or_array(table[name]), dtype) for name, dtype in dtypes.items()}
    is_row = all(len(x.shape) == 0 for x in columns.values())
    return {name: _with_axes(x) for name, x in columns.items()}, is_row


def _in_dtype(name, x, dtype):
    """A column of numbers as numbers: integers keep their dtype, where the feature is one of integers."""
    if dtype == "string":
        return x
    found = "string" if _holds_strings(x) else backend.standardize_dtype(x.dtype)
    if found == "string":
        raise ValueError(f"The column {name!r} must hold numbers of dtype {dtype}. Received strings: {x!r}")
    if found == dtype or (backend.is_int_dtype(dtype) and backend.is_int_dtype(found)):
        return x
    return x.astype(dtype) if isinstance(x, np.ndarray) else ops.cast(x, dtype)


def _holds_strings(x):
    return x.dtype.kind in "OUST" if isinstance(x, np.ndarray) else backend.standardize_dtype(x.dtype) == "string"


def _with_axes(x):
    """A column with an axis for the batch and one more."""
    for _ in range(2 - len(x.shape)):
        x = ops.expand_dims(x, -1) if isinstance(x, backend.KerasTensor) else x[..., None]
    return x
