"""What makes layers and optimizers trackable by TensorFlow: checkpoints, `tf.Module` and SavedModel find their variables."""

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.variables import Variable as BaseVariable

_Trackable = tf.__internal__.tracking.Trackable
_FUNCTIONS = (tf.types.experimental.GenericFunction, tf.types.experimental.ConcreteFunction)
_CACHE = "_tensorflow_children"
# What TensorFlow sets on objects, and among it what a checkpoint has for children that they lack.
_NOT_TRACKED, _WAITING = (_CACHE, "_self_"), "_self_unconditional_deferred_dependencies"


class Tracked(_Trackable):
    """Mixin for objects with variables: children are looked up when something is saved, so that setting attributes costs nothing.

    TensorFlow's own `AutoTrackable` would wrap each list and dict that is assigned.
    """

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        children = super()._trackable_children(save_type, **kwargs)
        # TensorFlow tells objects by identity: what is made for it here must be the same each time.
        made = self.__dict__.setdefault(_CACHE, {})
        attributes = ((name, value) for name, value in vars(self).items() if not name.startswith(_NOT_TRACKED))
        children.update(_children(attributes, save_type, made))
        return children


class EngineLayer(Tracked):
    """Mixin for layers; a built one is what SavedModel can serve."""

    def _post_build(self):
        super()._post_build()
        restore_waiting(self)

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        children = super()._trackable_children(save_type, **kwargs)
        if save_type == "savedmodel":
            made = self.__dict__[_CACHE]
            if "serving" not in made:
                made["serving"] = self._serving_function()
            if made["serving"] is not None:
                children.setdefault("_default_save_signature", made["serving"])
        return children

    def _serving_function(self):
        """What SavedModel offers as `serving_default`: the call on inputs like those seen so far, of any batch size."""
        specs = _input_specs(self)
        if specs is None:
            return None

        @tf.function(input_signature=[specs], autograph=False)
        def serving_default(inputs):
            return self(inputs)

        return serving_default


def restore_waiting(owner):
    """Reads what a checkpoint holds for variables that were not there yet when it was read.

    Args:
        owner: `Tracked`, or a container that it holds.
    """
    waiting = owner.__dict__.get(_WAITING)
    if waiting:
        children = owner._trackable_children()
        for name in [name for name in waiting if name in children]:
            owner._handle_deferred_dependencies(name, children[name])
    if waiting is not None:
        for container in owner.__dict__.get(_CACHE, {}).values():
            restore_waiting(container)


def _input_specs(layer):
    """Specs of the inputs, by the graph of a model or by the shape for which a layer was built; else `None`."""
    graph = getattr(layer, "_model_graph", None)
    if graph is not None:
        return tree.map_structure(lambda x: tf.TensorSpec(x.shape, x.dtype, name=x.name), graph._inputs_struct)
    shapes = list((getattr(layer, "_build_shapes_dict", None) or {}).values())
    if len(shapes) != 1 or not isinstance(shapes[0], tuple) or not shapes[0]:
        return None
    return tf.TensorSpec((None, *shapes[0][1:]), layer.input_dtype, name="inputs")


def _children(entries, save_type, made):
    """What TensorFlow tracks among pairs of a name and a value, by name."""
    found = {str(name): _child(value, save_type, made) for name, value in entries}
    return {name: child for name, child in found.items() if child is not None}


def _child(value, save_type, made):
    if isinstance(value, BaseVariable):
        return value._value
    if isinstance(value, _FUNCTIONS):
        return value if save_type == "savedmodel" else None
    if isinstance(value, _Trackable):
        return value
    if isinstance(value, (list, tuple, dict)):
        container = made.setdefault(id(value), _Container(value))
        return container if container._trackable_children(save_type) else None
    return None


class _Container(_Trackable):
    """A list or dict as TensorFlow's object graph sees it."""

    def __init__(self, container):
        self._container = container
        self.__dict__[_CACHE] = self._made = {}

    def _trackable_children(self, save_type="checkpoint", **kwargs):
        container = self._container
        if isinstance(container, dict):
            return _children(container.items(), save_type, self._made)
        # A sequence of layers learns what its inputs are when it is built: the others keep their numbers.
        held = (x for x in container if not getattr(x, "_is_placeholder", False))
        return _children(enumerate(held), save_type, self._made)
