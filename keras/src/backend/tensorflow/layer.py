"""What makes a layer trackable by TensorFlow: checkpoints, `tf.Module` and SavedModel find its variables."""

import tensorflow as tf

from keras.src.backend.common.variables import Variable as BaseVariable

_Trackable = tf.__internal__.tracking.Trackable
_FUNCTIONS = (tf.types.experimental.GenericFunction, tf.types.experimental.ConcreteFunction)


class EngineLayer(_Trackable):
    """Mixin for layers: children are looked up when something is saved, so that setting attributes costs nothing.

    TensorFlow's own `AutoTrackable` would wrap each list and dict that is assigned.
    """

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        children = super()._trackable_children(save_type, **kwargs)
        for name, value in vars(self).items():
            child = _child(value, save_type)
            if child is not None:
                children[name] = child
        return children

    def _lookup_dependency(self, name, cached_dependencies=None):
        if cached_dependencies is not None:
            return cached_dependencies.get(name)
        return self._trackable_children().get(name)


def _child(value, save_type):
    """What TensorFlow tracks of an attribute, or `None`."""
    if isinstance(value, BaseVariable):
        return value._value
    if isinstance(value, _FUNCTIONS):
        return value if save_type == "savedmodel" else None
    if isinstance(value, _Trackable):
        return value
    if isinstance(value, (list, tuple, dict)):
        return _Container(value) if _holds_trackables(value) else None
    return None


def _entries(container):
    return container.items() if isinstance(container, dict) else enumerate(container)


def _holds_trackables(container):
    return any(_child(value, "checkpoint") is not None for _, value in _entries(container))


class _Container(_Trackable):
    """A list or dict as TensorFlow's object graph sees it."""

    def __init__(self, container):
        self._entries = container

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        children = {str(name): _child(value, save_type) for name, value in _entries(self._entries)}
        return {name: child for name, child in children.items() if child is not None}
