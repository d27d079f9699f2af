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

    def __init__(self, source, name, by_rows):
        self._batches = lambda: source.batches({name: by_rows})

    def __iter__(self):
        return (x for _, x in self._batches())


class _Source:
    """Where columns come from.

    Attributes:
        names: The names of all columns; `None` where they are not known before something is read.
    """

    names = None

    def batches(self, columns):
        """Reads the data once.

        Args:
            columns: Dict from the names of columns to whether their batches shall be such as those of data that comes row by
                row.

        Returns:
            Iterator over pairs of a name and a batch of that column, of two axes or more.

        Raises:
            ValueError: A column is missing, or there are no rows.
        """
        self._check(columns)
        is_empty = True
        for name, x in self._pairs(columns):
            is_empty = is_empty and not len(x)
            yield name, x[:, None] if len(x.shape) == 1 else x
        if columns and is_empty:
            raise ValueError("`adapt` needs at least one batch of data. Received data without any.")

    def column(self, name, by_rows):
        """An iterable over the batches of one column."""
        return _Column(self, name, by_rows)

    def _check(self, columns):
        missing = [name for name in columns if self.names is not None and name not in self.names]
        if missing:
            raise ValueError(
                f"`adapt` needs the columns {missing} too. Received data with the columns {list(self.names)}"
            )

    def _pairs(self, columns):
        raise NotImplementedError


class _Arrays(_Source):
    """Columns that are arrays."""

    def __init__(self, columns):
        self._columns = {name: as_tensor_or_array(x) for name, x in columns.items()}
        self.names = list(columns)

    def _pairs(self, columns):
        for name, by_rows in columns.items():
            array, rows = self._columns[name], _ROWS if by_rows else _ROWS_AT_ONCE
            yield from ((name, array[i : i + rows]) for i in range(0, len(array), rows))


class _Dataset(_Source):
    """Columns of a `tf.data.Dataset`, which can leave out the others."""

    def __init__(self, dataset):
        self._dataset, spec = dataset, dataset.element_spec
        self._spec = spec[0] if isinstance(spec, tuple) and spec else spec
        _check_is_dict(self._spec)
        self.names = list(self._spec)

    def _pairs(self, columns):
        if not columns:
            return iter(())
        dataset = self._dataset.map(lambda first, *rest: {name: first[name] for name in columns})
        if all(self._spec[name].shape.rank == 0 for name in columns):
            dataset = dataset.batch(_ROWS)
        return _in_batches(dataset, columns)


class _Batches(_Source):
    """Columns of dicts that an iterable gives. What can be read only once is kept in memory, if it is read `again`."""

    def __init__(self, source, again):
        if hasattr(source, "__getitem__") and hasattr(source, "__len__") and not isinstance(source, (list, tuple)):
            self._elements = lambda: map(source.__getitem__, range(len(source)))
        else:
            kept = list(source) if again and iter(source) is source else source
            self._elements = lambda: iter(kept)

    def _dicts(self, columns):
        for element in self._elements():
            element = element[0] if isinstance(element, (tuple, list)) and len(element) else element
            _check_is_dict(element)
            if self.names is None:
                self.names = list(element)
                self._check(columns)
            yield element

    def _pairs(self, columns):
        return _in_batches(self._dicts(columns), columns)


def _in_batches(elements, names):
    """Pairs of a name and a batch, from dicts of batches as they are, and of single values in batches."""
    kept = {name: [] for name in names}
    for element in elements:
        for name, values in kept.items():
            x = as_tensor_or_array(element[name])
            if len(x.shape):
                yield name, x
                continue
            values.append(np.asarray(x)[()])
            if len(values) == _ROWS:
                yield name, as_tensor_or_array(values)
                kept[name] = []
    yield from ((name, as_tensor_or_array(values)) for name, values in kept.items() if values)


def source_of(dataset, again):
    """The columns of what `adapt` was given, a `_Source`.

    Args:
        dataset: Dict of arrays, table of pandas, `tf.data.Dataset`, `PyDataset`, loader or iterable of dicts.
        again: Whether it is read more than once.

    Raises:
        TypeError: `dataset` is something else.
    """
    table = _table(dataset)
    if table is not None:
        return _Arrays(table)
    if hasattr(dataset, "element_spec"):
        return _Dataset(dataset)
    if not (hasattr(dataset, "__iter__") or hasattr(dataset, "__getitem__")):
        _check_is_dict(dataset)
    return _Batches(dataset, again)


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
