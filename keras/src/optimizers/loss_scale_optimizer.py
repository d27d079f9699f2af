"""Loss scaling that adapts, for training in float16."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.optimizers import gradients
from keras.src.optimizers.base_optimizer import SETTINGS, BaseOptimizer
from keras.src.optimizers.optimizer import Optimizer
from keras.src.saving import serialization_lib


@keras_export(["keras.optimizers.LossScaleOptimizer", "keras.mixed_precision.LossScaleOptimizer"])
class LossScaleOptimizer(Optimizer):
    """Multiplies losses so that small gradients survive half precision, and divides the gradients again.

    Where a gradient is not finite, the step is left out and the scale is halved; after `dynamic_growth_steps` good
    steps it is doubled.

    Args:
        inner_optimizer: The optimizer that updates the variables.
        initial_scale: Float, the scale to start from.
        dynamic_growth_steps: Integer, the number of good steps after which the scale grows.
        name: String.
        **kwargs: What configs of older versions hold, as long as it asks for nothing: `dynamic=True`, `use_ema=False`,
            `clipnorm=None` and the like. The inner optimizer takes clipping and averages; its `loss_scale_factor` is
            emptied when this optimizer is built.

    Example:

    >>> optimizer = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(), initial_scale=8.0)
    >>> float(optimizer.scale_loss(2.0))
    16.0
    """

    def __init__(self, inner_optimizer, initial_scale=2.0**15, dynamic_growth_steps=2000, name=None, **kwargs):
        _check_kwargs(kwargs)
        if not isinstance(inner_optimizer, BaseOptimizer):
            raise TypeError(f"`inner_optimizer` must be an Optimizer. Received: {inner_optimizer!r}")
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = inner_optimizer
        inner_optimizer._combines_gradients = False
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps

    def build(self, var_list):
        """Creates the state for the variables that are to be trained.

        Args:
            var_list: List of variables.
        """
        if self.built:
            return
        self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
        self.dynamic_scale = self.add_variable((), dtype="float32", name="dynamic_scale")
        self.dynamic_scale.assign(self.initial_scale)
        # There is one scale, and it is the dynamic one.
        self.inner_optimizer.loss_scale_factor = None
        self.inner_optimizer.build(var_list)
        super().build(var_list)

    @property
    def variables(self):
        """The variables of this optimizer, then those of the inner one."""
        return self._variables + self.inner_optimizer.variables

    @property
    def iterations(self):
        """How often the inner optimizer updated the variables."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self):
        """The learning rate of the inner optimizer."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.inner_optimizer.learning_rate = value

    def apply(self, grads, trainable_variables=None):
        """Updates variables by gradients of a scaled loss, if all of them are finite.

        Args:
            grads: List of gradients, tensors; `None` where a variable has none.
            trainable_variables: List of their variables; those that the optimizer was built with, when absent.
        """
        grads, variables = self._matched(list(grads), trainable_variables)
        if not grads:
            return
        grads = gradients.dense(grads)
        affected = [*self.variables, *variables]
        gradients.assign_in_branch(
            self.check_finite(grads), lambda: self._good_step(grads, variables), self._bad_step, affected
        )

    def _good_step(self, grads, variables):
        scale = self.dynamic_scale.value
        unscaled = [
            gradient if variable.overwrite_with_gradient else ops.divide(gradient, ops.cast(scale, gradient.dtype))
            for gradient, variable in zip(grads, variables)
        ]
        self.inner_optimizer.apply(unscaled, variables)
        counter = ops.add(self.step_counter, 1)
        grows = ops.equal(counter, self.dynamic_growth_steps)
        self.step_counter.assign(ops.where(grows, ops.zeros_like(counter), counter))
        self.dynamic_scale.assign(ops.where(grows, ops.multiply(scale, 2.0), scale))

    def _bad_step(self):
        self.step_counter.assign(0)
        self.dynamic_scale.assign(ops.divide(self.dynamic_scale, 2.0))

    def check_finite(self, grads):
        """Whether all numbers of all gradients are finite, a scalar bool tensor."""
        return ops.all(ops.stack([ops.all(ops.isfinite(gradient)) for gradient in grads if gradient is not None]))

    def scale_loss(self, loss):
        """Returns the loss times the present scale."""
        scale = self.dynamic_scale if self.built else self.initial_scale
        return ops.multiply(loss, ops.cast(scale, getattr(loss, "dtype", None) or backend.floatx()))

    def finalize_variable_values(self, var_list):
        """Sets variables to their final values, at the end of training.

        Args:
            var_list: List of variables.
        """
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        return {
            "name": self.name,
            "inner_optimizer": serialization_lib.serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Builds an optimizer from what `get_config()` returned."""
        inner = serialization_lib.deserialize_keras_object(config["inner_optimizer"], custom_objects=custom_objects)
        return cls(**{**config, "inner_optimizer": inner})


# What an argument of the base class may be without asking for anything.
_WITHOUT_EFFECT = {"dynamic": (True,), "use_ema": (None, False)}
_IGNORED = ("ema_momentum",)


def _check_kwargs(kwargs):
    for name, value in kwargs.items():
        if name != "dynamic" and name not in SETTINGS:
            raise ValueError(f"LossScaleOptimizer has no argument named `{name}`.")
        if name not in _IGNORED and value not in _WITHOUT_EFFECT.get(name, (None,)):
            raise ValueError(_advice(name, value))


def _advice(name, value):
    if name == "dynamic":
        return (
            "The scale of a LossScaleOptimizer always adapts. For a fixed one, give the optimizer itself a "
            f"`loss_scale_factor`. Received: dynamic={value!r}"
        )
    return f"LossScaleOptimizer takes no `{name}`: give it to the `inner_optimizer`. Received: {name}={value!r}"
