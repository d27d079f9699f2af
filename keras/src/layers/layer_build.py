"""Building: creating the state of a layer when the shapes of its inputs become known."""

import contextlib
import functools
import inspect

from keras.src import backend, tree
from keras.src.backend import door
from keras.src.backend.common.global_state import STATE, cached_for_session
from keras.src.layers.call_signature import shapes_of
from keras.src.layers.layer_outputs import built_for_good
from keras.src.utils.byte_strings import is_array_of_strings

# In the place of a name scope that is open already.
_OPEN = contextlib.nullcontext()


class LayerBuild:
    """When and how `build()` runs, and what a saved file tells of it."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _with_bookkeeping(cls.__dict__["build"])

    def build(self, input_shape):
        """Creates the layer's state; to be overridden where that depends on the shapes of the inputs.

        Unless overridden, builds the sub-layers, by a symbolic call on inputs of this shape.

        Args:
            input_shape: Shape of the first input, or a structure of shapes. An override may take several arguments
                instead, each named after one of `call`: `def build(self, query_shape, value_shape)`.
        """
        if input_shape is None or not self._has_unbuilt_layers():
            return
        if "_is_building" in self.__dict__:
            # By `super().build()`: the rest of an overriding `build` may build sub-layers, and make what the call needs.
            self.__dict__["_shape_for_the_rest"] = input_shape
            return
        try:
            self._build_by_shape(input_shape)
        except Exception as error:
            raise ValueError(
                f"Layer {self.name!r} (of type {self.__class__.__name__}) could not be built by calling it on "
                "inputs of shape "
                f"{input_shape}: {error}\nImplement its `build()` method, or build it by calling it on data."
            ) from error

    def _build_by_shape(self, input_shape):
        inputs = tree.map_shape_structure(self._input_of_shape, input_shape)
        self._spec_by_calling((inputs,), {})

    def _build_the_rest(self):
        """Builds the sub-layers that an overriding `build` left to `super().build()`, as far as a call on descriptions can."""
        shape = self.__dict__.pop("_shape_for_the_rest", None)
        if shape is not None and self._has_unbuilt_layers():
            try:
                self._build_by_shape(shape)
            except Exception:
                pass

    def _start_built(self):
        """For constructors of layers that need no shapes: they are built, unless a subclass defines a `build` of its own."""
        self.built = type(self).build is LayerBuild.build
        if self.built and not self._trainable:
            self._freeze_when_built()

    def _input_of_shape(self, shape):
        return backend.KerasTensor(shape, dtype=self.compute_dtype, record_history=False)

    def _has_unbuilt_layers(self):
        return any(not layer.built for layer in self._layers)

    def _open_name_scope(self):
        if self._parent_path is None:
            self.__dict__["_parent_path"] = backend.current_path()
            self._settle_by_path()
        scopes = STATE.name_scopes
        if scopes and scopes[-1].is_of(self, self.name):
            return _OPEN
        return backend.name_scope(self.name, caller=self, override_parent=self._parent_path)

    def _scope_of_weights(self):
        """For weights that the constructor makes, which does not settle where the layer stands: its first use does."""
        if self._parent_path is None:
            return backend.name_scope(self.name, caller=self)
        return self._open_name_scope()

    def _build_for_call(self, tensors, args, kwargs):
        """Builds the layer from the tensor arguments of its first call."""
        if "build" in self.__dict__ or type(self).build is not LayerBuild.build:
            positional, named = _build_arguments(self, shapes_of(tensors))
            self.build(*positional, **named)
        else:
            if self._has_unbuilt_layers():
                self._build_layers_by_calling(args, kwargs)
            shapes = list(shapes_of(tensors).values())
            self._mark_as_built({"input_shape": shapes[0]} if shapes else None)

    def _build_layers_by_calling(self, args, kwargs):
        specs = tree.map_structure(_description, (args, kwargs))
        try:
            self._spec_by_calling(*specs)
        except Exception:
            # The call itself comes next: it builds the sub-layers that it uses, or raises what is wrong.
            pass

    def _mark_as_built(self, shapes):
        state = self.__dict__
        state["_build_shapes_dict"] = shapes
        if self._parent_path is None:
            state["_parent_path"] = backend.current_path()
            self._settle_by_path()
        state["_path"] = self._path_in_its_place()
        self.built = True
        if not self._trainable:
            self._freeze_when_built()
        self._post_build()
        self._lock_state()
        if parts := state.get("_parts_to_come"):
            self._restore_quantized_parts(parts)

    def _path_in_its_place(self):
        return f"{self._parent_path}/{self.name}" if self._parent_path else self.name

    def _freeze_when_built(self):
        """Freezes what a layer that was made with `trainable=False` made by itself."""
        self.trainable = False

    def get_build_config(self):
        """The shapes that the layer was built with, as a dict, or `None`."""
        shapes = self._build_shapes_dict
        if shapes is None:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": shapes}

    def build_from_config(self, config):
        """Builds the layer from what `get_build_config` gave.

        Args:
            config: Dict with `input_shape`, or with `shapes_dict`.
        """
        if not config:
            return
        if config.get("input_shape") is not None:
            self.build(shape_from_config(config["input_shape"]))
        elif config.get("shapes_dict"):
            self.build(**{name: shape_from_config(shape) for name, shape in config["shapes_dict"].items()})


def _with_bookkeeping(build):
    """`build` within the layer's name scope; the outermost one of a chain of `super().build()` marks the layer as
    built.
    """
    parameters = list(inspect.signature(build).parameters.values())[1:]
    names = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    takes_named = any(p.kind is p.VAR_KEYWORD for p in parameters)

    @functools.wraps(build)
    def wrapper(self, *args, **kwargs):
        if "_is_building" in self.__dict__:
            result = build(self, *args, **kwargs)
            # What a subclass does after `super().build()` may use what was made there.
            self.built = True
            return result
        was_built = self.built
        self.__dict__["_is_building"] = _given_shapes(names, takes_named, args, kwargs) or {}
        try:
            with self._open_name_scope(), built_for_good(), door.closed():
                result = build(self, *args, **kwargs)
                if "_shape_for_the_rest" in self.__dict__:
                    self._build_the_rest()
        except BaseException:
            self.built = was_built
            raise
        finally:
            del self.__dict__["_is_building"]
            self.__dict__.pop("_shape_for_the_rest", None)
        self._mark_as_built(_given_shapes(names, takes_named, args, kwargs))
        return result

    return wrapper


def _given_shapes(names, takes_named, args, kwargs):
    """Dict from the parameters of `build` to the shapes that it was given; `None` when there are none."""
    shapes = dict(zip(names, args))
    shapes.update(kwargs if takes_named else {name: kwargs[name] for name in names if name in kwargs})
    return {name: shape for name, shape in shapes.items() if shape is not None} or None


LayerBuild.build = _with_bookkeeping(LayerBuild.build)


@cached_for_session
def _build_parameters(build):
    """Parameters of `build` without `self`, `*args` and `**kwargs`, and whether there is `*args`."""
    parameters = list(inspect.signature(build).parameters.values())[1:]
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return named, any(p.kind is p.VAR_POSITIONAL for p in parameters)


def _build_arguments(layer, shapes):
    """What to pass to `build()`: the shape of the main input, or one shape for each of its parameters."""
    parameters, takes_any = _build_parameters(type(layer).build)
    if not parameters:
        return (tuple(shapes.values()) if takes_any else ()), {}
    if len(parameters) == 1:
        first = next(iter(shapes.values()), None)
        return (shapes.get(parameters[0].name, first),), {}
    wrong = [p.name for p in parameters if not p.name.endswith("_shape")]
    if wrong:
        raise ValueError(
            f"`build()` of layer {layer.name!r} takes several arguments, so each must be named after an "
            "argument of `call()` with "
            f"`_shape` behind it, as in `build(self, query_shape, value_shape)`. Received the names {wrong}."
        )
    missing = [p.name for p in parameters if p.default is p.empty and p.name not in shapes]
    if missing:
        raise ValueError(
            f"`build()` of layer {layer.name!r} needs {missing}, but `call()` received no tensor for them: it "
            f"received {list(shapes)}."
        )
    return (), {p.name: shapes[p.name] for p in parameters if p.name in shapes}


def shape_from_config(shape):
    """A shape, or structure of shapes, with tuples in place of the lists that JSON makes of them."""
    if isinstance(shape, dict):
        return {key: shape_from_config(value) for key, value in shape.items()}
    if not isinstance(shape, (list, tuple)):
        return shape
    if all(size is None or isinstance(size, int) for size in shape):
        return tuple(shape)
    return [shape_from_config(value) for value in shape]


def _description(x):
    """A symbolic tensor in the place of a tensor."""
    if isinstance(x, backend.KerasTensor) or not backend.is_tensor(x):
        return x
    shape = x.shape
    known = None if getattr(shape, "rank", 0) is None else tuple(shape)
    dtype = "string" if is_array_of_strings(x) else backend.standardize_dtype(x.dtype)
    return backend.KerasTensor(known, dtype=dtype, record_history=False)
