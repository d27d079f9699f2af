"""Distributions: which layout each variable and each batch has over the devices, and which of them is in force."""

import contextlib

import numpy as np

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend.common.global_state import STATE, ThreadState, on_clear_session
from keras.src.distribution.layouts import DeviceMesh, LayoutMap, TensorLayout, list_devices
from keras.src.distribution.processes import share_random_state
from keras.src.utils.warning_utils import warn


class Distribution:
    """What all distributions share: a mesh, one axis of which divides the batches, and this process's place in it.

    A distribution is pure data until it is put in force by `set_distribution` or `scope()`. From then on each new
    variable asks it for a layout, once, and `fit`, `evaluate` and `predict` divide batches among the devices.

    Args:
        device_mesh: The `DeviceMesh`.
        batch_dim_name: Name of the axis of the mesh over which batches are divided; the first one by default.
        auto_shard_dataset: Whether all processes are given the same data, of which each takes its share. If not, each
            is given data of its own.
    """

    def __init__(self, device_mesh, batch_dim_name=None, auto_shard_dataset=True):
        names = list(device_mesh.axis_names)
        if batch_dim_name is not None and batch_dim_name not in names:
            raise ValueError(
                f"`batch_dim_name` must be an axis of the mesh, one of {names}. Received: {batch_dim_name!r}"
            )
        self._device_mesh = device_mesh
        self._batch_dim_name = names[0] if batch_dim_name is None else batch_dim_name
        self._auto_shard_dataset = auto_shard_dataset
        self._num_processes = backend.distribution.num_processes()
        self._process_id = backend.distribution.process_id()

    device_mesh = property(lambda self: self._device_mesh, doc="The `DeviceMesh`.")
    batch_dim_name = property(lambda self: self._batch_dim_name, doc="The axis of the mesh that divides batches.")
    auto_shard_dataset = property(
        lambda self: self._auto_shard_dataset, doc="Whether each process takes its share of data that all are given."
    )
    num_processes = property(lambda self: self._num_processes, doc="Number of processes that compute together.")

    @property
    def num_model_replicas(self):
        """Number of parts into which a batch is divided."""
        return self._device_mesh.size_of(self._batch_dim_name)

    @property
    def data_shard_id(self):
        """Number of the part of a batch that this process has, counted in parts of equal size.

        Several processes have the same part where the mesh has fewer places for batches than there are processes.
        """
        processes, replicas = self._num_processes, self.num_model_replicas
        return self._process_id if replicas >= processes else self._process_id // (processes // replicas)

    @property
    def _num_data_shards(self):
        return min(self._num_processes, self.num_model_replicas)

    @property
    def _has_own_data(self):
        """Whether each of several processes has data of its own: a batch is what all have together."""
        return self._num_processes > 1 and not self._auto_shard_dataset

    def get_data_layout(self, data_shape):
        """The layout of a batch: its first axis is divided over the batch axis of the mesh.

        Args:
            data_shape: Tuple, the shape of the batch.

        Returns:
            `TensorLayout`.
        """
        axes = [None] * len(data_shape)
        axes[:1] = [self._batch_dim_name] * len(axes[:1])
        return TensorLayout(axes, self._device_mesh)

    def get_variable_layout(self, variable):
        """The layout of a variable.

        Args:
            variable: `keras.Variable`.

        Returns:
            `TensorLayout`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `get_variable_layout(variable)`.")

    def get_tensor_layout(self, path):
        """The layout of an intermediate tensor.

        Args:
            path: String that names it.

        Returns:
            `TensorLayout`, or `None`: the engine decides.
        """
        raise NotImplementedError(f"{type(self).__name__} must define `get_tensor_layout(path)`.")

    def replicated(self, ndim):
        """The layout by which each device holds the whole of a tensor.

        Args:
            ndim: Number of its axes.
        """
        return TensorLayout([None] * ndim, self._device_mesh)

    @contextlib.contextmanager
    def scope(self):
        """Context in which this distribution is in force in this thread.

        Example:

        >>> distribution = keras.distribution.DataParallel(devices=keras.distribution.list_devices()[:1])
        >>> with distribution.scope():
        ...     keras.distribution.distribution() is distribution
        True
        """
        _check_can_be_in_force(self)
        had_own, former = "distribution" in vars(STATE), STATE.distribution
        STATE.distribution = self
        try:
            yield
        finally:
            if had_own:
                STATE.distribution = former
            else:
                del STATE.distribution

    def distribute_dataset(self, dataset):
        """The share of this process in a dataset that all processes are given.

        `fit`, `evaluate` and `predict` take shares themselves; this is for loops of your own.

        Args:
            dataset: `tf.data.Dataset` of batches for all processes together.

        Returns:
            A `tf.data.Dataset` that has this process's rows of each batch; `dataset`, where there is one process, or where
            `auto_shard_dataset` is `False`.
        """
        if self._num_processes == 1 or not self._auto_shard_dataset:
            return dataset
        if not hasattr(dataset, "element_spec"):
            raise ValueError(
                "`distribute_dataset` divides a `tf.data.Dataset` among processes. Other data is given to `fit` as it is, "
                f"or divided by you, with auto_shard_dataset=False. Received: {type(dataset).__name__}"
            )
        return dataset.map(lambda *batch: self._rows_of_process(batch if len(batch) > 1 else batch[0]))

    def distribute_tf_dataset(self, dataset):
        """As `distribute_dataset`, by its former name.

        Args:
            dataset: `tf.data.Dataset` of batches for all processes together.
        """
        return self.distribute_dataset(dataset)

    def _rows_of_process(self, batch):
        shards, shard = self._num_data_shards, self.data_shard_id

        def part(x):
            size = backend.shape(x)[0]
            return x[size * shard // shards : size * (shard + 1) // shards]

        return tree.map_structure(part, batch)

    def __repr__(self):
        return f"<{type(self).__name__} device_mesh={self._device_mesh}>"


@keras_export("keras.distribution.DataParallel")
class DataParallel(Distribution):
    """Divides each batch among the devices; each device holds the whole model, or a share of it.

    Args:
        device_mesh: The `DeviceMesh`; its first axis divides batches.
        devices: Instead of a mesh, names of the devices; by default all that `list_devices()` tells.
        auto_shard_dataset: Whether all processes are given the same data, of which each takes its share of each batch. If
            not, each is given its own part of the data, and a batch is what all have together.
        shard_variables: Whether the devices divide the variables and the optimizer's state among themselves, so that each
            holds a share and gathers what a layer needs while it computes. Each variable is divided along its largest
            axis that is a multiple of the number of devices; one without such an axis is held by each device.

    Example:

    >>> devices = keras.distribution.list_devices()[:1]
    >>> keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    >>> model.layers[0].kernel._layout.axes
    (None, None)
    >>> keras.distribution.set_distribution(None)
    """

    def __init__(self, device_mesh=None, devices=None, auto_shard_dataset=True, shard_variables=False):
        if device_mesh is not None and not isinstance(device_mesh, DeviceMesh):
            raise ValueError(
                f"Expect `mesh` to be an instance of `DeviceMesh`. Received: mesh={device_mesh} (of type {type(device_mesh)})"
            )
        if device_mesh is None:
            devices = np.array(list_devices() if devices is None else devices).reshape(-1)
            device_mesh = DeviceMesh(devices.shape, ["batch"], devices)
        elif len(device_mesh.shape) > 1:
            warn(
                "DataParallel divides batches over the first axis of a mesh; along the others devices compute the same. "
                f"Expected a mesh of one axis. Received: {device_mesh}"
            )
        super().__init__(device_mesh, auto_shard_dataset=auto_shard_dataset)
        self._shard_variables = bool(shard_variables)

    shard_variables = property(lambda self: self._shard_variables, doc="Whether devices hold shares of the variables.")

    def get_variable_layout(self, variable):
        """The variable's own layout, where it has one; else that by which each device holds the whole, or a share."""
        if variable._layout is not None:
            return variable._layout
        axes = [None] * len(variable.shape)
        if self._shard_variables and _is_worth_dividing(variable):
            parts = self.num_model_replicas
            size, axis = max(
                ((size, -axis) for axis, size in enumerate(variable.shape) if size and size % parts == 0),
                default=(0, 0),
            )
            if size:
                axes[-axis] = self._batch_dim_name
        return TensorLayout(axes, self._device_mesh)

    def get_tensor_layout(self, path):
        """`None`: the engine decides how intermediate tensors are laid out."""
        return None


def _is_worth_dividing(variable):
    """Whether it is a weight or a state of an optimizer: metrics and seeds are small, and are read as wholes."""
    return variable.synchronization != "on_read" and ("float" in variable._dtype or variable._dtype.endswith("int8"))


@keras_export("keras.distribution.ModelParallel")
class ModelParallel(Distribution):
    """Divides variables among devices by a `LayoutMap`, and batches along one axis of its mesh.

    Args:
        layout_map: `LayoutMap` from paths of variables, and of intermediate tensors, to their layouts. A variable that no
            key matches is held as a whole by each device.
        batch_dim_name: Name of the axis of the mesh over which batches are divided; the first one by default.
        auto_shard_dataset: As for `DataParallel`.

    Example:

    >>> mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"], ["cpu:0", "cpu:1"])
    >>> layout_map = keras.distribution.LayoutMap(mesh)
    >>> layout_map["dense.*kernel"] = (None, "model")
    >>> distribution = keras.distribution.ModelParallel(layout_map=layout_map)
    >>> distribution.batch_dim_name
    'batch'
    >>> distribution.get_tensor_layout("dense_1/kernel").axes
    (None, 'model')
    """

    def __init__(self, *, layout_map=None, batch_dim_name=None, auto_shard_dataset=True, **kwargs):
        # Older code also gave the mesh, which the map has.
        kwargs.pop("device_mesh", None)
        if kwargs:
            raise ValueError(
                "ModelParallel takes `layout_map`, `batch_dim_name` and `auto_shard_dataset`. "
                f"Received also: {sorted(kwargs)}"
            )
        if layout_map is None:
            raise ValueError("You must specify a layout_map argument.")
        if not isinstance(layout_map, LayoutMap):
            raise ValueError(f"Argument `layout_map` must be a `LayoutMap` instance. Received: layout_map={layout_map}")
        if layout_map.device_mesh is None:
            raise ValueError("The `layout_map` of ModelParallel must have a mesh: `LayoutMap(device_mesh)`.")
        super().__init__(layout_map.device_mesh, batch_dim_name, auto_shard_dataset)
        self._layout_map = layout_map

    layout_map = property(lambda self: self._layout_map, doc="The `LayoutMap`.")

    def get_variable_layout(self, variable):
        """The variable's own layout, where it has one; else that of the map for its path; else the whole everywhere."""
        if variable._layout is not None:
            return variable._layout
        layout = self._layout_map[variable.path]
        if layout is None:
            return self.replicated(len(variable.shape))
        try:
            layout.check_fits(variable.shape)
        except ValueError as error:
            raise ValueError(f"The LayoutMap does not fit the variable {variable.path!r}. {error}") from None
        return layout

    def get_tensor_layout(self, path):
        """The layout that the map has for a path, or `None`."""
        return self._layout_map[path]


@keras_export("keras.distribution.distribution")
def distribution():
    """The distribution in force, or `None`: models run on one device.

    Example:

    >>> keras.distribution.distribution() is None
    True
    """
    return STATE.distribution


@keras_export("keras.distribution.set_distribution")
def set_distribution(value):
    """Puts a distribution in force, in the whole process.

    Variables that are made from then on are laid out over its devices. In a job of several processes Python's and NumPy's
    random numbers go on alike everywhere, with the state that they have in the first process.

    Args:
        value: A `DataParallel` or `ModelParallel`, or `None`: models run on one device.

    Raises:
        NotImplementedError: The engine cannot compute so; the message says which can.

    Example:

    >>> keras.distribution.set_distribution(None)
    """
    if value is not None:
        _check_can_be_in_force(value)
    # Threads that begin later see it as well.
    ThreadState.distribution = value
    if "distribution" in vars(STATE):
        STATE.distribution = value


on_clear_session(lambda: set_distribution(None))


def _check_can_be_in_force(value):
    if not isinstance(value, Distribution):
        raise ValueError(
            "What is put in force is a `keras.distribution.DataParallel`, a `ModelParallel`, or None. "
            f"Received: {value!r} of type {type(value).__name__}"
        )
    backend.distribution.check(value)
    share_random_state()


@keras_export("keras.distribution.distribute_tensor")
def distribute_tensor(tensor, layout):
    """Lays a tensor out over devices; in compiled code, a demand on the compiler.

    Args:
        tensor: Tensor.
        layout: `TensorLayout`, a layout of the engine's own, or `None`: the tensor stays as it is.

    Returns:
        A tensor of the same values.

    Raises:
        ValueError: The layout does not fit the shape.

    Example:

    >>> keras.distribution.distribute_tensor(keras.ops.ones(2), None)
    array([1., 1.], dtype=float32)
    """
    if layout is None or isinstance(tensor, backend.KerasTensor):
        return tensor
    if isinstance(layout, (tuple, list, str)):
        raise ValueError(
            f"A layout is a `TensorLayout(axes, device_mesh)`: axes alone belong to no mesh. Received: layout={layout!r}"
        )
    if isinstance(layout, TensorLayout):
        layout.check_fits(tensor.shape)
    return backend.distribution.distribute_value(backend.convert_to_tensor(tensor), layout)
