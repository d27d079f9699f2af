"""The state of a layer: variables, sub-layers, metrics, seeds and losses."""

import numpy as np

from keras.src import backend, constraints, initializers, regularizers, tree
from keras.src.backend.common.global_state import STATE, on_clear_session
from keras.src.backend.common.stateless_scope import StatelessScope, get_stateless_scope
from keras.src.random.seed_generator import SeedGenerator
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils.tracking import Tracker

_LOCKED = (
    "A layer that is built takes no new variables or sub-layers: create all of them in its `__init__()` or `build()`."
)


class LayerState:
    """What a layer holds, and how it is read, written and counted."""

    def _initialize_tracker(self):
        stores, state, cls = {}, self.__dict__, type(self)
        for name, attribute, belongs in _STORES:
            store = []
            stores[name] = belongs, store
            if hasattr(cls, attribute):  # Models of other libraries make a property of `_layers`.
                object.__setattr__(self, attribute, store)
            else:
                state[attribute] = store
        state["_tracker"] = Tracker(stores, _STATELESS)

    def _lock_state(self):
        self._tracker.lock(_LOCKED)

    def _track_variable(self, variable):
        kind = "trainable_variables" if variable.trainable else "non_trainable_variables"
        self._tracker.add_to_store(kind, variable)
        self._post_track_variable(variable)

    def _untrack_variable(self, variable):
        self._tracker.untrack(variable)
        self._post_untrack_variable(variable)

    # Creating variables

    def add_weight(
        self,
        *args,
        shape=None,
        initializer=None,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        aggregation="none",
        overwrite_with_gradient=False,
        name=None,
    ):
        """Makes a variable of this layer.

        Args:
            *args: The shape may stand here, without its name.
            shape: Tuple of ints; `()` by default.
            initializer: Initial value: an initializer, its name or config; by default `"glorot_uniform"` for
                floating-point variables and `"zeros"` for others.
            dtype: Name of the dtype; the layer's variable dtype by default.
            trainable: Whether training changes the variable.
            autocast: Whether it is read in the layer's compute dtype.
            regularizer: Penalty on its value, or `None`.
            constraint: What is applied to the value after each update, or `None`.
            aggregation: How replicas combine it: `"none"`, `"mean"`, `"sum"` or `"only_first_replica"`.
            overwrite_with_gradient: Whether an optimizer replaces the value by the gradient.
            name: Name, without `/`.

        Returns:
            A `keras.Variable`.

        Example:

        >>> layer = keras.layers.Layer(name="scaling")
        >>> layer.add_weight(shape=(3,), initializer="ones", name="scale").path
        'scaling/scale'
        """
        self._check_super_called()
        shape = _shape_argument(args, shape)
        if None in shape:
            self._refuse_unknown_sizes(name, shape)
        dtype = self.variable_dtype if dtype is None else backend.standardize_dtype(dtype)
        if initializer is None:
            initializer = "glorot_uniform" if "float" in dtype else "zeros"
        with self._scope_of_weights():
            variable = backend.Variable(
                initializers.get(initializer), shape, dtype, trainable, autocast, aggregation, name=name
            )
        if regularizer is not None:
            variable.regularizer = regularizers.get(regularizer)
        if constraint is not None:
            variable.constraint = constraints.get(constraint)
        if overwrite_with_gradient is not False:
            variable.overwrite_with_gradient = overwrite_with_gradient
        self._track_variable(variable)
        return variable

    def _refuse_unknown_sizes(self, name, shape):
        given = self.__dict__.get("_is_building")
        raise ValueError(
            f"Weight {name!r} of layer {self.name!r} would have the shape {shape}: a size that it needs is not known. "
            + (
                f"The layer was built for inputs of shape {_listed(given)}; give `keras.Input` that size."
                if given
                else ""
            )
        )

    def add_variable(
        self,
        shape,
        initializer,
        dtype=None,
        trainable=True,
        autocast=True,
        regularizer=None,
        constraint=None,
        name=None,
    ):
        """Makes a variable of this layer; see `add_weight`."""
        options = {"regularizer": regularizer, "constraint": constraint, "autocast": autocast}
        return self.add_weight(shape, initializer=initializer, dtype=dtype, trainable=trainable, name=name, **options)

    # Lists of variables

    @property
    def variables(self):
        """All variables, those of seed generators and sub-layers too; those of metrics are apart."""
        return self._gather("_own_variables", self._flatten_layers())

    @property
    def weights(self):
        """All variables but those of seed generators and metrics."""
        return self._gather("_own_weights", self._flatten_layers())

    @staticmethod
    def _gather(attribute, layers):
        return list({id(v): v for layer in layers for v in getattr(layer, attribute)}.values())

    @property
    def _own_weights(self):
        return self._trainable_variables + self._non_trainable_variables

    @property
    def _saved_weights(self):
        """What files hold of the layer itself, in order."""
        return self._own_weights

    @property
    def _own_variables(self):
        return self._own_weights + [generator.state for generator in self._seed_generators]

    @property
    def trainable_variables(self):
        """Variables that training changes."""
        return [v for v in self.variables if v.trainable] if self.trainable else []

    @property
    def non_trainable_variables(self):
        """Variables that training leaves to the layers themselves."""
        return [v for v in self.variables if not v.trainable] if self.trainable else self.variables

    @property
    def trainable_weights(self):
        """Weights that training changes."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self):
        """Weights that training leaves alone."""
        return [v for v in self.weights if not v.trainable] if self.trainable else self.weights

    @property
    def trainable(self):
        """Whether training changes this layer; setting it sets it for all sub-layers."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        value = bool(value)
        self.__dict__["_trainable"] = value
        for variable in self._trainable_variables:
            variable.trainable = value
        for layer in self._layers:
            layer.trainable = value

    @property
    def metrics(self):
        """Metrics of this layer and its sub-layers."""
        return self._gather("_metrics", self._flatten_layers())

    @property
    def metrics_variables(self):
        """Variables of `metrics`."""
        return [v for metric in self.metrics for v in metric.variables]

    def _flatten_layers(self, include_self=True, recursive=True):
        """This layer and those below it, each once, parents before children."""
        found = {id(self): self}
        self._collect_layers(found, recursive)
        layers = list(found.values())
        return layers if include_self else layers[1:]

    def _collect_layers(self, found, recursive):
        for layer in self._layers:
            if id(layer) not in found:
                found[id(layer)] = layer
                if recursive:
                    layer._collect_layers(found, recursive)

    def count_params(self):
        """Number of scalars in the weights.

        Raises:
            ValueError: The layer is not built yet.
        """
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} is not built, so its weights cannot be counted: call it or "
                "`build(input_shape)` first."
            )
        return count_scalars(self.weights)

    # Values

    def get_weights(self):
        """Values of `weights`, as NumPy arrays of their own."""
        return [np.array(backend.convert_to_numpy(v)) for v in self.weights]

    def set_weights(self, weights):
        """Sets the values of `weights`.

        Args:
            weights: List of arrays, in the order of `weights`.

        Raises:
            ValueError: Their number or a shape does not fit.
        """
        variables = self.weights
        if len(variables) != len(weights):
            raise ValueError(
                f"Layer {self.name!r} has {len(variables)} weights; `set_weights` received a list of {len(weights)}."
            )
        for variable, value in zip(variables, weights):
            if tuple(getattr(value, "shape", ())) != tuple(variable.shape):
                raise ValueError(
                    f"Weight {variable.path!r} of layer {self.name!r} has shape {tuple(variable.shape)}; "
                    f"`set_weights` received a value of shape {tuple(getattr(value, 'shape', ()))}."
                )
        for variable, value in zip(variables, weights):
            variable.assign(value)

    def save_own_variables(self, store):
        """Writes the layer's own variables into a mapping, under `"0"`, `"1"`, ...

        Args:
            store: Dict, or a group of an archive.
        """
        for i, variable in enumerate(self._saved_weights):
            store[str(i)] = variable

    def load_own_variables(self, store):
        """Reads the layer's own variables from a mapping that `save_own_variables` wrote.

        Args:
            store: Dict, or a group of an archive.

        Raises:
            ValueError: The number of values does not fit; an unbuilt layer has no variables.
        """
        variables = self._saved_weights
        if len(store) == len(variables):
            for i, variable in enumerate(variables):
                variable.assign(store[str(i)])
            return
        if variables or self.built:
            names = [v.name for v in variables]
            raise ValueError(
                f"Layer {self.name!r} has {len(variables)} variables, {names}; the saved state has {len(store)}."
            )
        raise ValueError(
            f"Layer {self.name!r} is not built, so it has no variables yet, but the saved state has "
            f"{len(store)} for it. The "
            "`build()` of the layer that owns it must build all its sub-layers; or implement `get_build_config()` and "
            "`build_from_config()` so that loading can."
        )

    # Losses

    def add_loss(self, loss):
        """Adds a scalar to what training minimises; to be called within `call()`.

        Args:
            loss: Scalar tensor, or a list of them.

        Raises:
            NotImplementedError: A symbolic tensor was given outside `call()`, as in `model.add_loss(f(inputs))`.

        Example:

        >>> class Sparse(keras.layers.Layer):
        ...     def call(self, x):
        ...         self.add_loss(1e-2 * keras.ops.mean(keras.ops.absolute(x)))
        ...         return x
        """
        losses = [loss] if not isinstance(loss, (list, tuple)) else tree.flatten(loss)
        for x in losses:
            if not (backend.is_tensor(x) or isinstance(x, backend.KerasTensor) or hasattr(x, "__array__")):
                raise ValueError(f"`add_loss` takes scalar tensors, within `build()` or `call()`. Received: {x!r}")
        symbolic = any(isinstance(x, backend.KerasTensor) for x in losses)
        if symbolic and STATE.call is None and get_stateless_scope() is None:
            raise NotImplementedError(
                "`add_loss` cannot take a symbolic tensor (a KerasTensor) outside `call()`: nothing would compute it. Move it "
                "into the `call()` of a layer, `self.add_loss(...)`, and call that layer on the tensor. "
                f"Received: loss={loss!r}"
            )
        if STATE.call is not None and STATE.share is None:
            # Replicas must agree on it, so none of them finds it out.
            self.__dict__["_adds_losses_of_rows"] = True
        self._add_losses([x for x in losses if not isinstance(x, backend.KerasTensor)])

    def _add_losses(self, losses):
        scope = get_stateless_scope()
        if scope is not None:
            if scope.collect_losses:
                for x in losses:
                    scope.add_loss_of(self, x)
            return
        self._keep_losses(losses)

    def _loss_book(self):
        """Dict with the losses of the last call, those of this replica, where an engine runs a step once for each device."""
        share = STATE.share
        return self.__dict__ if share is None else share.loss_book_of(self)

    def _keep_losses(self, losses):
        context, book = STATE.call, self._loss_book()
        if context is not None and book.get("_losses_of") is not context.token:
            book["_losses_of"] = context.token
            book["_losses"].clear()
            context.entry_layer._loss_book()["_loss_holders"].append(self)
        book["_losses"].extend(losses)
        self._forget_the_way()

    def _forget_losses(self):
        """Drops the losses of the last call that started at this layer."""
        book = self._loss_book()
        if book["_loss_holders"]:
            for layer in book["_loss_holders"]:
                layer._loss_book()["_losses"].clear()
            book["_loss_holders"].clear()
        if book["_losses"]:
            book["_losses"].clear()

    def _clear_losses(self):
        """Drops all losses that calls added, here and below."""
        for layer in self._flatten_layers():
            layer._forget_losses()

    def _get_own_losses(self):
        return list(self._loss_book()["_losses"])

    def _get_regularization_losses(self):
        return [v.regularizer(v.value) for v in self.trainable_weights if v.regularizer is not None]

    @property
    def losses(self):
        """Scalars added by `add_loss` in the last call, and the penalties of regularizers; sub-layers' too."""
        if self._losses_override is not None:
            return self._losses_override
        scope = get_stateless_scope()
        if scope is not None and scope.collect_losses:
            losses = list(scope.losses)
        else:
            losses = [x for layer in self._flatten_layers() for x in layer._loss_book()["_losses"]]
        return losses + self._get_regularization_losses()

    # State from outside

    def stateless_call(self, trainable_variables, non_trainable_variables, *args, return_losses=False, **kwargs):
        """Calls the layer with the given values of its variables, and changes nothing.

        Args:
            trainable_variables: Values for `trainable_variables`, in order.
            non_trainable_variables: Values for `non_trainable_variables`, in order.
            *args: Positional arguments of the call.
            return_losses: Whether the losses of the call are returned too.
            **kwargs: Keyword arguments of the call.

        Returns:
            `(outputs, non_trainable_variables)`, the latter as the call left them; with `return_losses`,
            `(outputs, non_trainable_variables, losses)`.

        Example:

        >>> layer = keras.layers.Dense(2)
        >>> layer.build((None, 3))
        >>> weights = [keras.ops.ones((3, 2)), keras.ops.zeros(2)]
        >>> y, state = layer.stateless_call(weights, [], keras.ops.ones((1, 3)))
        """
        self._check_super_called()
        if not self.built:
            raise ValueError(
                f"`stateless_call` needs a layer whose variables exist; {self.__class__.__name__} {self.name!r} "
                "is not built. "
                "Call it on some data, or `build(input_shape)`, first."
            )
        mapping = self._pair_up("trainable_variables", trainable_variables)
        mapping += self._pair_up("non_trainable_variables", non_trainable_variables)
        with StatelessScope(state_mapping=mapping, collect_losses=return_losses) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else None
        state = [_value_after(scope, v) for v in self.non_trainable_variables]
        return (outputs, state, losses) if return_losses else (outputs, state)

    def _pair_up(self, attribute, values):
        variables = getattr(self, attribute)
        if len(values) != len(variables):
            raise ValueError(
                f"`{attribute}` must hold one value for each of the {len(variables)} {attribute} of "
                f"{self.__class__.__name__} {self.name!r}. Received a list of {len(values)}."
            )
        return list(zip(variables, values))


def _listed(shapes):
    return ", ".join(map(str, shapes.values()))


def _value_after(scope, variable):
    value = scope.get_current_value(variable)
    return variable.value if value is None else value


def count_scalars(variables):
    """Number of scalars in a list of variables, each variable counted once."""
    total = 0
    for variable in {id(v): v for v in variables}.values():
        size = 1
        for n in variable.shape:
            size *= n
        total += size
    return total


def _shape_argument(args, shape):
    if len(args) > 1 or isinstance(args[0] if args else None, str):
        raise ValueError(
            f"`add_weight` takes its arguments by name: add_weight(shape=..., name=...). Received by position: {args}"
        )
    if args and shape is not None:
        raise ValueError(f"`add_weight` received two shapes: {args[0]!r} and shape={shape!r}.")
    shape = args[0] if args else shape
    return () if shape is None else backend.standardize_shape(shape)


def _is_variable(x):
    return isinstance(x, backend.Variable)


def _is_trainable_variable(x):
    return isinstance(x, backend.Variable) and x.trainable


def _is_metric(x):
    return isinstance(x, KerasSaveable) and x._obj_type() == "Metric"


def _is_layer(x):
    return isinstance(x, LayerState)


def _is_seed_generator(x):
    return isinstance(x, SeedGenerator)


# Classes of what layers hold that is no state, such as initializers; emptied, since users' classes are among them.
_STATELESS = set()
on_clear_session(_STATELESS.clear)

_STORES = (
    ("trainable_variables", "_trainable_variables", _is_trainable_variable),
    ("non_trainable_variables", "_non_trainable_variables", _is_variable),
    ("metrics", "_metrics", _is_metric),
    ("layers", "_layers", _is_layer),
    ("seed_generators", "_seed_generators", _is_seed_generator),
)
