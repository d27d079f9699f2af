"""Several optimizers for the variables of one model."""

import collections.abc

from keras.src.api_export import keras_export
from keras.src.optimizers.base_optimizer import BaseOptimizer
from keras.src.optimizers.optimizer import Optimizer
from keras.src.saving import serialization_lib
from keras.src.utils import patterns


@keras_export("keras.optimizers.OptimizerMap")
class OptimizerMap(collections.abc.MutableMapping):
    """A mapping from paths of variables to optimizers.

    A key is the path of a variable, or a regular expression that matches whole paths.

    Args:
        default_optimizer: The optimizer of the variables that no key matches.
        optimizer_map: Optional dict of key → optimizer.

    Example:

    >>> optimizers = keras.optimizers.OptimizerMap(keras.optimizers.SGD(), {".*embeddings": keras.optimizers.Adagrad()})
    >>> [type(optimizers[path]).__name__ for path in ("dense/kernel", "embedding/embeddings")]
    ['SGD', 'Adagrad']
    """

    def __init__(self, default_optimizer, optimizer_map=None):
        if not isinstance(default_optimizer, BaseOptimizer):
            raise TypeError(f"`default_optimizer` must be an Optimizer. Received: {default_optimizer!r}")
        self._default_optimizer = default_optimizer
        self._optimizer_map = {}
        for key, optimizer in (optimizer_map or {}).items():
            self[key] = optimizer

    def __call__(self, variable):
        """The optimizer of a variable."""
        return self[variable.path]

    def __getitem__(self, key):
        if key in self._optimizer_map:
            return self._optimizer_map[key]
        matching = [pattern for pattern in self._optimizer_map if patterns.fullmatch(pattern, key)]
        if len(matching) > 1:
            raise ValueError(f"More than one optimizer is given for the variable {key!r}: under the keys {matching}.")
        return self._optimizer_map[matching[0]] if matching else self._default_optimizer

    def __setitem__(self, key, optimizer):
        if not isinstance(key, str):
            raise ValueError(f"A key of an OptimizerMap is a string. Received: {key!r}")
        if key in self._optimizer_map:
            raise ValueError(f"The OptimizerMap has the key {key!r} already. Delete it first.")
        if not isinstance(optimizer, BaseOptimizer):
            raise TypeError(f"A value of an OptimizerMap is an Optimizer. Received: {optimizer!r}")
        self._optimizer_map[key] = optimizer

    def __delitem__(self, key):
        del self._optimizer_map[key]

    def __contains__(self, key):
        return key in self._optimizer_map

    def __len__(self):
        return len(self._optimizer_map)

    def __iter__(self):
        return iter(self._optimizer_map)

    @property
    def default_optimizer(self):
        """The optimizer of the variables that no key matches."""
        return self._default_optimizer

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        return {
            "default_optimizer": serialization_lib.serialize_keras_object(self._default_optimizer),
            "optimizer_map": serialization_lib.serialize_dict(self._optimizer_map),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Builds a mapping from what `get_config()` returned.

        Args:
            config: Dict.
            custom_objects: Optional dict of name → class.
        """

        def build(described):
            return serialization_lib.deserialize_keras_object(described, custom_objects=custom_objects)

        inner = {key: build(described) for key, described in (config.get("optimizer_map") or {}).items()}
        return cls(build(config["default_optimizer"]), inner)


class _CompleteMap(OptimizerMap):
    """A map without a default: it has `None` for what no key matches."""

    def __init__(self, optimizer_map):
        self._default_optimizer = None
        self._optimizer_map = {}
        self.update(optimizer_map)


@keras_export("keras.optimizers.MultiOptimizer")
class MultiOptimizer(Optimizer):
    """Updates each variable by the optimizer that a map gives for its path.

    Args:
        optimizer_map: `keras.optimizers.OptimizerMap`; or a function that returns the optimizer of a variable; or a dict
            of path or pattern → optimizer, which must cover all variables.
        loss_scale_factor: Optional float: `scale_loss` multiplies losses by it, the optimizers divide gradients by it.
        name: String.

    Example:

    >>> optimizers = keras.optimizers.OptimizerMap(keras.optimizers.SGD(0.1), {"slow": keras.optimizers.SGD(0.01)})
    >>> optimizer = keras.optimizers.MultiOptimizer(optimizers)
    >>> slow, fast = keras.Variable(1.0, name="slow"), keras.Variable(1.0, name="fast")
    >>> optimizer.apply([keras.ops.ones(()), keras.ops.ones(())], [slow, fast])
    >>> round(float(slow), 3), round(float(fast), 3)
    (0.99, 0.9)
    """

    def __init__(self, optimizer_map, loss_scale_factor=None, name=None):
        super().__init__(learning_rate=0.0, name=name)
        self._set_untracked("_given_map", optimizer_map)
        self._set_untracked("_optimizer_map", _as_function(optimizer_map))
        self._set_untracked("_inner_optimizers", _distinct(_optimizers_of(self._optimizer_map)))
        if loss_scale_factor is not None:
            self.loss_scale_factor = loss_scale_factor

    @property
    def optimizers(self):
        """List of the optimizers, the default one last; those that a function gives are known once this one is built."""
        return self._inner_optimizers

    @property
    def _var_to_optimizer_idx(self):
        """Dict from the `id` of a variable to the place of its optimizer in `optimizers`, as other libraries read it."""
        places = {id(optimizer): place for place, optimizer in enumerate(self._inner_optimizers)}
        return {variable: places[id(optimizer)] for variable, optimizer in self._owners.items()}

    @property
    def loss_scale_factor(self):
        """By which losses are multiplied, or `None`."""
        return self.__dict__.get("_loss_scale_factor")

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        self._loss_scale_factor = value
        for optimizer in self.__dict__.get("_inner_optimizers", ()):
            optimizer.loss_scale_factor = value

    @property
    def variables(self):
        """The variables of this optimizer, then those of the inner ones."""
        return [*self._variables, *(v for optimizer in self._inner_optimizers for v in optimizer.variables)]

    @property
    def learning_rate(self):
        """Not there: each of the `optimizers` has its own."""
        raise AttributeError("A MultiOptimizer has no learning rate of its own: see those of its `optimizers`.")

    @learning_rate.setter
    def learning_rate(self, value):
        raise AttributeError("A MultiOptimizer has no learning rate of its own: set those of its `optimizers`.")

    def build(self, var_list):
        """Creates the state for the variables that are to be trained.

        Args:
            var_list: List of variables.
        """
        if self.built:
            return
        owners = {id(v): self._optimizer_of(v) for v in var_list}
        if not self._inner_optimizers:
            self._set_untracked("_inner_optimizers", _distinct(owners.values()))
            if self.loss_scale_factor is not None:
                self.loss_scale_factor = self.loss_scale_factor
        for optimizer in self._inner_optimizers:
            own = [v for v in var_list if owners[id(v)] is optimizer]
            if own:
                optimizer.build(own)
        self._set_untracked("_owners", owners)
        super().build(var_list)

    def _optimizer_of(self, variable):
        optimizer = self._optimizer_map(variable)
        if not isinstance(optimizer, BaseOptimizer):
            raise ValueError(
                f"`optimizer_map` of {self.name!r} must give an Optimizer for each variable. "
                f"Received: {optimizer!r} for the variable {variable.path!r}"
            )
        return optimizer

    def apply(self, grads, trainable_variables=None):
        """Updates variables by gradients, each by its optimizer.

        Args:
            grads: List of gradients, tensors; `None` where a variable has none.
            trainable_variables: List of their variables; those that the optimizer was built with, when absent.
        """
        grads, variables = self._matched(list(grads), trainable_variables)
        for optimizer in self._inner_optimizers:
            pairs = [(g, v) for g, v in zip(grads, variables or ()) if self._owners[id(v)] is optimizer]
            if pairs:
                optimizer.apply([g for g, _ in pairs], [v for _, v in pairs])
        if grads:
            self._iterations.accumulate(1)

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Names variables that do not decay, to all `optimizers`; see `keras.optimizers.Optimizer`."""
        for optimizer in self._inner_optimizers:
            optimizer.exclude_from_weight_decay(var_list, var_names)

    def finalize_variable_values(self, var_list):
        """Sets variables to their final values, at the end of training.

        Args:
            var_list: List of variables.
        """
        if not self.built:
            return
        for optimizer in self._inner_optimizers:
            optimizer.finalize_variable_values([v for v in var_list if self._owners.get(id(v)) is optimizer])

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        return {
            "optimizer_map": serialization_lib.serialize_keras_object(self._given_map),
            "loss_scale_factor": self.loss_scale_factor,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Builds an optimizer from what `get_config()` returned."""
        described = config["optimizer_map"]
        optimizer_map = serialization_lib.deserialize_keras_object(described, custom_objects=custom_objects)
        return cls(**{**config, "optimizer_map": optimizer_map})


def _as_function(optimizer_map):
    """The `optimizer_map` of a MultiOptimizer as a function from a variable to its optimizer."""
    if isinstance(optimizer_map, dict):
        optimizer_map = _CompleteMap(optimizer_map)
    if not callable(optimizer_map):
        raise TypeError(
            "`optimizer_map` of a MultiOptimizer must be a `keras.optimizers.OptimizerMap`, a dict of path or pattern "
            f"→ optimizer, or a function of a variable. Received: {optimizer_map!r}"
        )
    return optimizer_map


def _optimizers_of(optimizer_map):
    if isinstance(optimizer_map, OptimizerMap):
        return [*optimizer_map.values(), optimizer_map.default_optimizer]
    return ()


def _distinct(optimizers):
    return list({id(optimizer): optimizer for optimizer in optimizers if optimizer is not None}.values())
