"""Meshes of devices and layouts of tensors over them: pure data, which libraries hand out with their models."""

import collections.abc
import functools
import re

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export


@keras_export("keras.distribution.list_devices")
def list_devices(device_type=None):
    """Names of the devices, those of all processes that compute together.

    Args:
        device_type: `"cpu"`, `"gpu"` or `"tpu"`; by default the kind that the engine computes on.

    Returns:
        List of strings such as `"cpu:0"`.

    Example:

    >>> keras.distribution.list_devices("cpu")[0]
    'cpu:0'
    """
    return backend.core.list_devices(None if device_type is None else device_type.lower())


@keras_export("keras.distribution.get_device_count")
def get_device_count(device_type=None):
    """Number of devices, those of all processes that compute together; see `list_devices`.

    Args:
        device_type: `"cpu"`, `"gpu"` or `"tpu"`; by default the kind that the engine computes on.

    Example:

    >>> keras.distribution.get_device_count("cpu") >= 1
    True
    """
    return len(list_devices(device_type))


def _without(instance, name):
    """The state of an object that is copied or pickled: without what the engine made of it."""
    return {key: value for key, value in vars(instance).items() if key != name}


@keras_export("keras.distribution.DeviceMesh")
class DeviceMesh:
    """Devices in a grid whose axes have names.

    Args:
        shape: Tuple of ints, the shape of the grid.
        axis_names: List with a name for each axis.
        devices: Names of the devices, as many as the grid has places; by default all that there are.

    Raises:
        ValueError: There are not as many devices as places, or not as many names as axes.

    Example:

    >>> mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"], ["cpu:0", "cpu:1"])
    >>> mesh.devices.shape
    (1, 2)
    """

    def __init__(self, shape, axis_names, devices=None):
        if not shape or not axis_names:
            raise ValueError(
                "Shape and axis_names cannot be empty: a mesh has a size and a name for each axis. "
                f"Received: shape={shape}, axis_names={axis_names}"
            )
        if len(shape) != len(axis_names):
            raise ValueError(
                f"Shape and axis_names should have same size. Received: shape={shape}, axis_names={axis_names}"
            )
        if len(set(axis_names)) < len(axis_names):
            raise ValueError(f"Each axis of a mesh has a name of its own. Received: axis_names={axis_names}")
        if min(shape) < 1:
            raise ValueError(f"Each axis of a mesh has one place or more. Received: shape={shape}")
        devices = np.array(list_devices() if devices is None else devices).reshape(-1)
        if np.prod(shape) != devices.size:
            raise ValueError(
                f"Shape does not match the number of devices. Received: shape={shape}, which has {np.prod(shape)} places; "
                f"devices.shape={devices.shape}"
            )
        self._shape, self._axis_names, self._devices = shape, axis_names, devices.reshape(shape)

    shape = property(lambda self: self._shape, doc="Shape of the grid.")
    axis_names = property(lambda self: self._axis_names, doc="Names of the axes.")
    devices = property(
        lambda self: self._devices, doc="NumPy array of the names of the devices, in the shape of the grid."
    )

    def size_of(self, axis):
        """Number of places along the axis of a name."""
        return self._shape[list(self._axis_names).index(axis)]

    @functools.cached_property
    def backend_mesh(self):
        """The engine's own mesh, where it has one: a `jax.sharding.Mesh` on JAX."""
        return backend.distribution.to_backend_mesh(self)

    def __getstate__(self):
        return _without(self, "backend_mesh")

    def __repr__(self):
        return f"<DeviceMesh shape={self.shape}, axis_names={self.axis_names}>"


@keras_export("keras.distribution.TensorLayout")
class TensorLayout:
    """How the axes of a tensor are spread over those of a mesh.

    Args:
        axes: Tuple with the name of an axis of the mesh for each axis of the tensor, `None` for one that is not spread.
        device_mesh: The `DeviceMesh`; it may be set later, once.

    Raises:
        ValueError: The mesh has no axis of such a name.

    Example:

    >>> mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"], ["cpu:0", "cpu:1"])
    >>> keras.distribution.TensorLayout((None, "model"), mesh).axes
    (None, 'model')
    """

    def __init__(self, axes, device_mesh=None):
        self._axes, self._device_mesh = tuple(axes), device_mesh
        self._check()

    axes = property(lambda self: self._axes, doc="Tuple of names and `None`s.")

    @property
    def device_mesh(self):
        """The mesh, or `None`."""
        return self._device_mesh

    @device_mesh.setter
    def device_mesh(self, mesh):
        if self._device_mesh is not None:
            raise ValueError(
                f"Cannot override device mesh value: it is set once. Existing value is {self._device_mesh}. Received: {mesh}"
            )
        self._device_mesh = mesh
        self._check()

    def _check(self):
        if self._device_mesh is None:
            return
        known, named = set(self._device_mesh.axis_names), {name for name in self._axes if name is not None}
        if named - known:
            raise ValueError(f"Invalid axis names for Layout. Valid axis names: {sorted(known)}, Got {sorted(named)}")
        if sum(name is not None for name in self._axes) > len(named):
            raise ValueError(f"An axis of a mesh divides one axis of a tensor at most. Received: axes={self._axes}")

    @property
    def is_replicated(self):
        """Whether every device holds the whole tensor."""
        return all(name is None or self._device_mesh.size_of(name) == 1 for name in self._axes)

    def without(self, *axes):
        """The layout of what is left of a tensor that is summed over axes, given by their numbers from 0."""
        return TensorLayout([name for axis, name in enumerate(self._axes) if axis not in axes], self._device_mesh)

    def check_fits(self, shape):
        """Raises a `ValueError` where a tensor of a shape cannot be laid out so."""
        self._check_has_mesh()
        if len(shape) < len(self._axes):
            raise ValueError(f"{self} has {len(self._axes)} axes, more than a tensor of shape {tuple(shape)}.")
        for axis, name in enumerate(self._axes):
            parts = 1 if name is None else self._device_mesh.size_of(name)
            if shape[axis] % parts:
                raise ValueError(
                    f"{self} divides axis {axis} into {parts} equal parts, which is not possible for a tensor of shape "
                    f"{tuple(shape)}: {shape[axis]} is no multiple of {parts}. Lay that axis out by None"
                )

    def _check_has_mesh(self):
        if self._device_mesh is None:
            raise ValueError(f"{self} belongs to no mesh yet, so it says nothing about devices: set its `device_mesh`.")

    @functools.cached_property
    def backend_layout(self):
        """The engine's own layout, where it has one: a `jax.sharding.NamedSharding` on JAX."""
        self._check_has_mesh()
        return backend.distribution.to_backend_layout(self)

    def __getstate__(self):
        return _without(self, "backend_layout")

    def __repr__(self):
        return f"<TensorLayout axes={self.axes}, device_mesh={self.device_mesh}>"


@keras_export("keras.distribution.LayoutMap")
class LayoutMap(collections.abc.MutableMapping):
    """Layouts by the paths of variables.

    A path is looked up as it is, then as what a key, a regular expression, matches as a whole; a path that no key matches has
    the layout `None`.

    Args:
        device_mesh: The `DeviceMesh` of layouts that are given as tuples.

    Raises:
        ValueError: A key is set that is no regular expression or is there already, or a layout that is none; or a path is
            looked up that several keys match.

    Example:

    >>> mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"], ["cpu:0", "cpu:1"])
    >>> layouts = keras.distribution.LayoutMap(mesh)
    >>> layouts["dense.*kernel"] = (None, "model")
    >>> layouts["dense_1/kernel"].axes
    (None, 'model')
    """

    def __init__(self, device_mesh):
        self._device_mesh, self._layouts = device_mesh, {}

    device_mesh = property(lambda self: self._device_mesh, doc="The mesh.")

    def __getitem__(self, path):
        if path in self._layouts:
            return self._layouts[path]
        keys = [key for key in self._layouts if re.fullmatch(key, path)]
        if len(keys) > 1:
            raise ValueError(
                f"Path {path!r} matches multiple layout specification keys: {keys}. Each path must match one key of a "
                "LayoutMap at most."
            )
        return self._layouts[keys[0]] if keys else None

    def __setitem__(self, key, layout):
        if key in self._layouts:
            raise ValueError(
                f"{key} already exist in the LayoutMap with value {self._layouts[key]}. Delete it first, or use another key."
            )
        _check_is_pattern(key)
        if isinstance(layout, tuple):
            layout = TensorLayout(layout, self._device_mesh)
        if not isinstance(layout, TensorLayout):
            raise ValueError(
                f"{layout} should be a TensorLayout type, or a tuple of axes, got {type(layout)} for the key {key!r}"
            )
        if layout.device_mesh is None:
            layout.device_mesh = self._device_mesh
        self._layouts[key] = layout

    def __delitem__(self, key):
        del self._layouts[key]

    def __len__(self):
        return len(self._layouts)

    def __iter__(self):
        return iter(self._layouts)


def _check_is_pattern(key):
    try:
        re.compile(key)
    except (re.error, TypeError) as error:
        raise ValueError(
            f"A key of a LayoutMap is the path of a variable, or a regular expression for paths. Received: {key!r} ({error})"
        ) from None
