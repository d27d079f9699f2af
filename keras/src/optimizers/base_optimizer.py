"""What all optimizers do, on every engine: state, clipping, weight decay, averages, accumulation, saving."""

import re

import numpy as np

from keras.src import backend, initializers, ops
from keras.src.backend.common.slices import Slices
from keras.src.optimizers import gradients, keras_2_state
from keras.src.optimizers.arguments import check_arguments, check_kwargs
from keras.src.optimizers.schedules import LearningRateSchedule
from keras.src.optimizers.update import Update
from keras.src.saving import serialization_lib
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils.naming import auto_name
from keras.src.utils.tracking import Tracker
from keras.src.utils.warning_utils import warn

# Arguments that become attributes and config as they are.
SETTINGS = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


class BaseOptimizer(*backend.optimizer.BASES, KerasSaveable):
    """What optimizers share; see `keras.optimizers.Optimizer`."""

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        check_kwargs(kwargs)
        given = locals()
        for setting in SETTINGS:
            setattr(self, setting, given[setting])
        check_arguments(self)
        self.name = name or auto_name(type(self).__name__)
        self.built = False
        self._variables = []
        self._excluded_from_decay = ((), ())
        self._set_trained(())
        self._tracker = Tracker({"variables": (lambda x: isinstance(x, backend.Variable), self._variables)})
        self._create_iterations_and_rate(learning_rate)

    def _create_iterations_and_rate(self, learning_rate):
        with backend.name_scope(self.name, caller=self):
            self._iterations = self._scalar(0, "iteration", "int32")
            if callable(learning_rate):
                self._learning_rate = learning_rate
            elif isinstance(learning_rate, (int, float)) or hasattr(learning_rate, "__float__"):
                self._learning_rate = self._scalar(learning_rate, "learning_rate", backend.floatx())
            else:
                raise ValueError(
                    "`learning_rate` must be a number, a LearningRateSchedule or a callable without arguments. "
                    f"Received: learning_rate={learning_rate!r}"
                )

    def _scalar(self, value, name, dtype):
        return backend.Variable(
            float(value) if "float" in dtype else value,
            name=name,
            dtype=dtype,
            trainable=False,
            aggregation="only_first_replica",
        )

    def __setattr__(self, name, value):
        tracker = self.__dict__.get("_tracker")
        super().__setattr__(name, value if tracker is None else tracker.track(value))

    # State.

    @property
    def variables(self):
        """All variables of the optimizer: the step, the learning rate, and what the rule remembers."""
        return self._variables[:]

    @property
    def iterations(self):
        """How often the variables were updated, a scalar integer."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations, self.gradient_accumulation_steps)
        return self._iterations

    @property
    def learning_rate(self):
        """The present learning rate; it can be set, unless a schedule decides."""
        return self._get_current_learning_rate()

    @learning_rate.setter
    def learning_rate(self, value):
        if callable(value):
            if isinstance(self._learning_rate, backend.Variable):
                self._tracker.untrack(self._learning_rate)
            self._learning_rate = value
        elif isinstance(self._learning_rate, LearningRateSchedule):
            raise TypeError(
                "This optimizer has a LearningRateSchedule, which decides its learning rate. To set the rate yourself, "
                "make the optimizer with a float `learning_rate`."
            )
        elif callable(self._learning_rate):
            self._learning_rate = lambda: value
        else:
            self._learning_rate.assign(value)

    def _get_current_learning_rate(self):
        rate = self._learning_rate
        if isinstance(rate, LearningRateSchedule):
            return rate(self._iterations)
        return rate() if callable(rate) and not isinstance(rate, backend.Variable) else rate

    def build(self, variables):
        """Creates the state for the variables that are to be trained.

        Args:
            variables: List of variables.
        """
        if self.use_ema:
            self._model_variables_moving_average = self.add_optimizer_variables(variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulated_gradients = [
                self.add_variable_from_reference(v, name="gradient_accumulator") for v in variables
            ]
        self._set_trained(variables)
        self.built = True

    def _set_trained(self, variables):
        self._set_untracked("_trainable_variables", list(variables))
        self._set_untracked("_trainable_variables_indices", {id(v): i for i, v in enumerate(variables)})
        self._set_decaying()

    def _set_decaying(self):
        """Notes once which variables decay: not to be worked out at each step."""
        excluded, patterns = self._excluded_from_decay
        decaying = {
            id(v)
            for v in self._trainable_variables
            if not any(v is x for x in excluded) and not any(p.search(v.name) for p in patterns)
        }
        self._set_untracked("_decaying", decaying)

    def _set_untracked(self, name, value):
        """Sets an attribute whose variables do not belong to the optimizer."""
        object.__setattr__(self, name, value)

    def add_variable(self, shape, initializer="zeros", dtype=None, aggregation="none", layout=None, name=None):
        """Adds a variable to the optimizer.

        Args:
            shape: Tuple of ints.
            initializer: Name of an initializer, or a callable.
            dtype: Dtype; floatx when absent.
            aggregation: How values of replicas are combined.
            layout: Layout over devices, on engines that distribute.
            name: String.

        Returns:
            A variable that is not trainable.
        """
        description = {"shape": shape, "dtype": dtype, "aggregation": aggregation, "layout": layout, "name": name}
        with backend.name_scope(self.name, caller=self):
            variable = backend.Variable(initializer, trainable=False, **description)
        self._tracker.add_to_store("variables", variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """Adds a variable of the shape and dtype of another.

        Args:
            reference_variable: The other variable.
            name: String, which follows the path of the other in the name.
            initializer: Name of an initializer, or a callable.

        Returns:
            A variable that is not trainable.
        """
        path = getattr(reference_variable, "path", None) or reference_variable.name
        return self.add_variable(
            shape=reference_variable.shape,
            initializer=initializer,
            dtype=reference_variable.dtype,
            layout=getattr(reference_variable, "_layout", None),
            name=f"{path.replace('/', '_')}_{name or 'var'}",
        )

    def add_optimizer_variables(self, trainable_variables, name, initializer="zeros"):
        """Adds a variable for each variable that is trained; those that gradients overwrite get none.

        Args:
            trainable_variables: List of variables.
            name: String, or a list of strings to add several for each.
            initializer: Name of an initializer or callable, or a list of them.

        Returns:
            List with a variable, or `None`, for each; a list of such lists where `name` is one.
        """
        if isinstance(name, str):
            return self.add_optimizer_variables(trainable_variables, [name], [initializer])[0]
        several = initializer if isinstance(initializer, (list, tuple)) else [initializer] * len(name)
        initializer = [initializers.get(i) if isinstance(i, str) else i for i in several]
        slots = [
            [None] * len(name)
            if variable.overwrite_with_gradient
            else [self.add_variable_from_reference(variable, n, i) for n, i in zip(name, initializer, strict=True)]
            for variable in trainable_variables
        ]
        return [[row[i] for row in slots] for i in range(len(name))]

    def _get_variable_index(self, variable):
        """The place of a variable in the list that the optimizer was built with."""
        return self._trainable_variables_indices[id(variable)]

    # Updating.

    _combines_gradients = True  # Those that `apply` is given may be of one replica of several.

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable; the rule of the optimizer.

        Args:
            gradient: Tensor of the variable's shape.
            variable: The variable.
            learning_rate: Scalar tensor or variable.
        """
        raise NotImplementedError(
            f"{type(self).__name__} must implement `update_step(gradient, variable, learning_rate)`."
        )

    def begin_update(self):
        """Called once before the variables are updated, for state that they share."""

    _shared = None

    def _shared_factors(self, dtype):
        """What the steps of all variables of a dtype have in common; in `apply` it is computed once."""
        return self._compute_shared(dtype) if self._shared is None else self._shared[dtype]

    def _compute_shared(self, dtype):
        return None

    def assign_sub(self, variable, value):
        """Subtracts from a variable."""
        variable.assign_sub(value)

    def assign_add(self, variable, value):
        """Adds to a variable."""
        variable.assign_add(value)

    def assign(self, variable, value):
        """Sets a variable."""
        variable.assign(value)

    def apply_gradients(self, grads_and_vars):
        """Updates variables by gradients.

        Args:
            grads_and_vars: Iterable of pairs of a gradient and its variable.

        Returns:
            The number of steps so far, a variable.
        """
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(self, grads, trainable_variables=None):
        """Updates variables by gradients.

        Args:
            grads: List of gradients, tensors; `None` where a variable has none.
            trainable_variables: List of their variables; those that the optimizer was built with, when absent.

        Raises:
            ValueError: All gradients are missing, their number is wrong, or a variable is unknown.
        """
        grads, variables = self._matched(list(grads), trainable_variables)
        if not grads:
            return
        grads = gradients.dense(grads, self._combines_gradients)
        if self.loss_scale_factor is not None:
            grads = [
                gradient if variable.overwrite_with_gradient else ops.divide(gradient, self.loss_scale_factor)
                for gradient, variable in zip(grads, variables)
            ]
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables)
        else:
            self._update(grads, variables)
        if self.use_ema:
            self._move_averages(variables)
        self._iterations.accumulate(1)

    def _matched(self, grads, variables):
        """The gradients that there are, and their variables."""
        if not grads:
            return grads, variables
        if variables is None:
            variables = self._known_variables(grads)
        else:
            variables = list(variables)
            if not self.built:
                self.build(variables)
            self._check_known(variables)
        if len(grads) != len(variables):
            raise ValueError(
                f"There must be one gradient for each variable. Received: {len(grads)} gradients for {len(variables)} "
                "variables"
            )
        return gradients.present(grads, variables)

    def _known_variables(self, grads):
        if not self.built:
            raise ValueError(
                "`apply(grads)` without variables needs an optimizer that is built: pass the variables too, or call "
                "`optimizer.build(variables)` first."
            )
        if len(grads) != len(self._trainable_variables):
            raise ValueError(
                f"The optimizer was built for {len(self._trainable_variables)} variables and takes one gradient for "
                f"each, in their order. Received: {len(grads)} gradients"
            )
        return self._trainable_variables

    def _check_known(self, variables):
        known = self._trainable_variables_indices
        for variable in variables:
            if id(variable) not in known:
                raise ValueError(
                    f"Unknown variable: {variable}. This optimizer updates the variables that it was built with; make "
                    "a new optimizer for others."
                )

    def _update(self, grads, variables):
        """Clipping, decay, the rule and constraints, on gradients that are final."""
        overwritten = [(g, v) for g, v in zip(grads, variables) if v.overwrite_with_gradient]
        if overwritten:
            for gradient, variable in overwritten:
                variable.assign(gradient)
            pairs = [(g, v) for g, v in zip(grads, variables) if not v.overwrite_with_gradient]
            grads, variables = [g for g, _ in pairs], [v for _, v in pairs]
            if not pairs:
                return
        grads = self._clip_gradients(grads)
        self._decay_and_step(grads, variables)
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))

    def _decay_and_step(self, grads, variables):
        learning_rate = self._get_current_learning_rate()
        fused = backend.optimizer.fused_update
        if (
            fused is not None
            and not backend.in_stateless_scope()
            and fused(Update(self, grads, variables, learning_rate))
        ):
            return
        self._apply_weight_decay(variables)
        self.begin_update()
        # Now, and not in the first step that needs them: a rule of the user's may make its steps within a branch.
        self._set_untracked("_shared", {dtype: self._compute_shared(dtype) for dtype in {v.dtype for v in variables}})
        try:
            for gradient, variable in zip(grads, variables):
                self.update_step(gradient, variable, learning_rate)
        finally:
            self._set_untracked("_shared", None)

    def _clip_gradients(self, grads):
        if self.clipnorm is not None:
            return [gradients.clip_by_norm(gradient, self.clipnorm) for gradient in grads]
        if self.global_clipnorm is not None:
            return gradients.clip_by_global_norm(grads, self.global_clipnorm)
        if self.clipvalue is not None:
            return [ops.clip(gradient, -self.clipvalue, self.clipvalue) for gradient in grads]
        return grads

    def _accumulate(self, grads, variables):
        """Adds to the accumulators; every so many steps, updates by their mean and empties them.

        What overwrites a variable is no gradient that could be averaged (a greatest absolute value, say): the greatest of
        the steps counts.
        """
        accumulators = [self._accumulated_gradients[self._get_variable_index(v)] for v in variables]
        steps = self.gradient_accumulation_steps
        sums = [
            (ops.maximum if v.overwrite_with_gradient else ops.add)(a, ops.cast(g, a.dtype))
            for a, g, v in zip(accumulators, grads, variables)
        ]

        def update():
            final = [t if v.overwrite_with_gradient else ops.divide(t, steps) for t, v in zip(sums, variables)]
            self._update(final, variables)
            for accumulator in accumulators:
                accumulator.assign(ops.zeros_like(accumulator))

        def keep():
            for accumulator, total in zip(accumulators, sums):
                accumulator.assign(total)

        is_update_step = ops.equal(ops.mod(ops.add(self._iterations, 1), steps), 0)
        gradients.assign_in_branch(is_update_step, update, keep, [*self.variables, *variables])

    # Weight decay.

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Names variables that do not decay.

        Args:
            var_list: List of variables.
            var_names: List of regular expressions; variables whose name one of them is found in do not decay.
        """
        var_names = [var_names] if isinstance(var_names, str) else list(var_names or ())
        patterns = [re.compile(name) for name in var_names]
        self._set_untracked("_excluded_from_decay", (list(var_list or ()), patterns))
        self._set_decaying()

    def _use_weight_decay(self, variable):
        return id(variable) in self._decaying

    def _apply_weight_decay(self, variables):
        if self.weight_decay is None:
            return
        rate = self._get_current_learning_rate()
        for variable in variables:
            if self._use_weight_decay(variable):
                self._decay(variable, self.weight_decay, rate)

    def _decay(self, variable, amount, rate):
        variable.assign_sub(ops.multiply(ops.multiply(variable, amount), ops.cast(rate, variable.dtype)))

    # Averages.

    def _average_of(self, variable):
        if not self.use_ema or id(variable) not in self._trainable_variables_indices:
            return None
        return self._model_variables_moving_average[self._get_variable_index(variable)]

    def _move_averages(self, variables):
        """Moves the averages towards the variables, and sets the variables to them where it is time for that."""
        iterations = self.iterations
        # The first average is the value itself.
        momentum = ops.where(ops.equal(iterations, 0), 0.0, self.ema_momentum)
        frequency = self.ema_overwrite_frequency
        overwrite = frequency and ops.equal(ops.mod(ops.add(iterations, 1), frequency), 0)
        for variable in variables:
            average = self._average_of(variable)
            if average is None:
                continue
            share = ops.cast(momentum, average.dtype)
            moved = ops.add(ops.multiply(share, average), ops.multiply(ops.subtract(1.0, share), variable))
            average.assign(moved)
            if frequency:
                variable.assign(ops.where(overwrite, moved, variable))

    def finalize_variable_values(self, var_list):
        """Sets variables to their final values, at the end of training: their averages, if there are any.

        Args:
            var_list: List of variables.
        """
        if not self.use_ema or int(self._iterations.numpy()) == 0:
            return
        for variable in var_list:
            average = self._average_of(variable)
            if average is not None:
                variable.assign(average.value)

    # Without side effects.

    def stateless_apply(self, optimizer_variables, grads, trainable_variables):
        """Does what `apply` does on given values, without changing any variable.

        Args:
            optimizer_variables: List of tensors, the values of `optimizer.variables`.
            grads: List of gradients.
            trainable_variables: List of tensors, the values of the variables that the optimizer was built with.

        Returns:
            Tuple of the new values of the trained variables and of the optimizer's, two lists of tensors.
        """
        self._check_values("optimizer_variables", optimizer_variables, self.variables)
        self._check_values("trainable_variables", trainable_variables, self._trainable_variables)
        trained, own = self._trainable_variables, self.variables
        mapping = [*zip(trained, trainable_variables), *zip(own, optimizer_variables)]
        with backend.StatelessScope(state_mapping=mapping) as scope:
            self.apply(grads)
        return [scope.get_current_value(v) for v in trained], [scope.get_current_value(v) for v in own]

    def _check_values(self, argument, values, variables):
        if not self.built:
            raise ValueError(
                f"`stateless_apply` needs {self.name!r} to be built: call `optimizer.build(trainable_variables)` first."
            )
        if len(values) != len(variables):
            raise ValueError(
                f"`{argument}` of `stateless_apply` takes a tensor for each of {len(variables)} variables. "
                f"Received: {len(values)} tensors"
            )

    def scale_loss(self, loss):
        """Returns the loss times the loss scale, if there is one."""
        return loss if self.loss_scale_factor is None else ops.multiply(loss, self.loss_scale_factor)

    # Saving.

    def save_own_variables(self, store):
        """Writes the values of the variables into a mapping, under "0", "1", ..."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store):
        """Reads the values of the variables from a mapping; warns, and leaves them, where their number differs."""
        variables = self.variables
        if len(store.keys()) != len(variables):
            if keras_2_state.load(self, store):
                return
            built = "" if self.built else " It is not built yet: call `build(variables)` before loading."
            warn(
                f"The state of the optimizer {self.name!r} was not loaded: it has {len(variables)} variables, and the "
                f"file has {len(store.keys())}.{built}",
            )
            return
        for i, variable in enumerate(variables):
            value = store[str(i)]
            variable.assign(value if isinstance(value, Slices) else np.asarray(value))

    def set_weights(self, weights):
        """Sets the variables.

        Args:
            weights: List of arrays, in the order of `variables`.

        Raises:
            ValueError: The optimizer is not built, or the number or a shape of the weights is wrong.
        """
        if not self.built:
            raise ValueError(
                f"The optimizer {self.name!r} is not built, so that it has no state to set. Call "
                "`optimizer.build(trainable_variables)` before `set_weights`."
            )
        pairs = list(zip(self.variables, weights))
        for variable, weight in pairs:
            if tuple(variable.shape) != tuple(weight.shape):
                raise ValueError(
                    f"The variable {variable.path!r} has the shape {tuple(variable.shape)}. "
                    f"Received: a weight of shape {tuple(weight.shape)}"
                )
        if len(weights) != len(self.variables):
            raise ValueError(
                f"The optimizer {self.name!r} has {len(self.variables)} variables. Received: {len(weights)} weights"
            )
        for variable, weight in pairs:
            variable.assign(weight)

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        settings = {setting: getattr(self, setting) for setting in SETTINGS}
        return {"name": self.name, "learning_rate": self._rate_config(), **settings}

    def _rate_config(self):
        if isinstance(self._learning_rate, backend.Variable):
            return float(self._learning_rate.numpy())
        return serialization_lib.serialize_keras_object(self._learning_rate)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Builds an optimizer from what `get_config()` returned.

        Args:
            config: Dict.
            custom_objects: Optional dict of name → class or function, for a learning rate of one's own.
        """
        rate = config.get("learning_rate")
        if isinstance(rate, dict):
            rate = serialization_lib.deserialize_keras_object(rate, custom_objects=custom_objects)
            config = {**config, "learning_rate": rate}
        return cls(**config)

    def _obj_type(self):
        return "Optimizer"
