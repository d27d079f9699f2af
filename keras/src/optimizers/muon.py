"""Muon."""

import math

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.optimizers.rule_optimizer import RuleOptimizer
from keras.src.utils import patterns


@keras_export("keras.optimizers.Muon")
class Muon(RuleOptimizer):
    """Momentum whose steps are made orthogonal, for matrices; Adam for all else.

    Matrices are the variables of two axes, except embeddings and what `exclude_layers` names.

    Args:
        learning_rate: Float, schedule or callable.
        adam_beta_1: Float, decay of Adam's mean of the gradients.
        adam_beta_2: Float, decay of Adam's mean of their squares.
        adam_weight_decay: Float, weight decay of the variables that Adam updates.
        epsilon: Float that keeps Adam's division from zero.
        weight_decay: Float, weight decay of the matrices.
        exclude_layers: List of regular expressions; variables in whose path one of them is found are Adam's.
        exclude_embeddings: Whether variables with "embedding" in their path are Adam's.
        muon_a: Float, first coefficient of the Newton–Schulz iteration.
        muon_b: Float, second coefficient.
        muon_c: Float, third coefficient.
        adam_lr_ratio: Float, Adam's learning rate as a multiple of that of the matrices.
        momentum: Float, decay of the sum of gradients.
        ns_steps: Integer, number of Newton–Schulz iterations.
        nesterov: Whether to use Nesterov momentum.
        rms_rate: Float, the root mean square of the steps relative to the learning rate; `None` leaves it open.
        **kwargs: See `keras.optimizers.Optimizer`: clipping, averages, accumulation, name.

    Reference: [Jordan, 2024](https://kellerjordan.github.io/posts/muon/); [Liu et al., 2025](
    https://arxiv.org/abs/2502.16982).

    Example:

    >>> v = keras.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> keras.optimizers.Muon(learning_rate=0.1).apply([keras.ops.ones((2, 2))], [v])
    """

    def __init__(
        self,
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        exclude_layers=None,
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.775,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
        **kwargs,
    ):
        exclude_layers = list(exclude_layers or ())
        self._start(locals())

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        return {**super().get_config(), "exclude_layers": list(self.exclude_layers)}

    def _should_use_adamw(self, variable):
        if len(variable.shape) != 2:
            return True
        if self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(patterns.search(pattern, variable.path) for pattern in self.exclude_layers)

    def build(self, var_list):
        """Creates the state for the variables that are to be trained.

        Args:
            var_list: List of variables.
        """
        if self.built:
            return
        super().build(var_list)
        self._set_untracked("_adams", {id(v) for v in var_list if self._should_use_adamw(v)})
        momenta, velocities = [], []
        for variable in var_list:
            has_slots = not variable.overwrite_with_gradient
            adam = has_slots and id(variable) in self._adams
            momenta.append(self.add_variable_from_reference(variable, "momentum") if has_slots else None)
            velocities.append(self.add_variable_from_reference(variable, "velocity") if adam else None)
        self._slots = {"momentum": momenta, "velocity": velocities}

    def _apply_weight_decay(self, variables):
        rate = self._get_current_learning_rate()
        for variable in variables:
            amount = self.adam_weight_decay if id(variable) in self._adams else self.weight_decay
            if amount and self._use_weight_decay(variable):
                self._decay(variable, amount, rate)

    def _compute_shared(self, dtype):
        return self._bias_correction(self.adam_beta_1, self.adam_beta_2, dtype)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one variable, by Muon or by Adam."""
        gradient, rate = self._inputs(gradient, variable, learning_rate)
        if id(variable) in self._adams:
            self._adam_step(gradient, variable, ops.multiply(rate, self.adam_lr_ratio))
        else:
            self._muon_step(gradient, variable, rate)

    def _adam_step(self, gradient, variable, rate):
        mean = self._move(self._slot("momentum", variable), gradient, self.adam_beta_1)
        square = self._move(self._slot("velocity", variable), ops.square(gradient), self.adam_beta_2)
        rate = ops.multiply(rate, self._shared_factors(variable.dtype))
        self._step_down(variable, rate, ops.divide(mean, ops.add(ops.sqrt(square), self.epsilon)))

    def _muon_step(self, gradient, variable, rate):
        slot = self._slot("momentum", variable)
        total = ops.add(ops.multiply(slot, self.momentum), gradient)
        self.assign(slot, total)
        if self.nesterov:
            total = ops.add(gradient, ops.multiply(self.momentum, total))
        orthogonal = self.zeropower_via_newtonschulz5(total, self.ns_steps)
        self._step_down(variable, rate, self.lr_adjust(orthogonal))

    def lr_adjust(self, x):
        """Scales an orthogonal step so that its root mean square is about `rms_rate`, whatever its shape."""
        if self.rms_rate is None:
            return x
        return ops.multiply(x, self.rms_rate * math.sqrt(max(x.shape)))

    def transpose_last_axis(self, X):
        """Swaps the last two axes."""
        return ops.swapaxes(X, -1, -2)

    def zeropower_via_newtonschulz5(self, x, steps):
        """A matrix with the singular vectors of `x` and singular values near one.

        Args:
            x: Tensor of shape `(..., rows, columns)`.
            steps: Integer, the number of iterations.

        Returns:
            Tensor of the same shape.
        """
        x = ops.convert_to_tensor(x)
        # The products are smaller the fewer rows there are.
        is_tall = x.shape[-2] > x.shape[-1]
        if is_tall:
            x = self.transpose_last_axis(x)
        length = ops.sqrt(ops.sum(ops.square(x), axis=(-2, -1), keepdims=True))
        x = ops.divide(x, ops.add(length, 1e-7))
        for _ in range(steps):
            square = ops.matmul(x, self.transpose_last_axis(x))
            fourth = ops.matmul(square, square)
            factor = ops.add(ops.multiply(self.muon_b, square), ops.multiply(self.muon_c, fourth))
            x = ops.add(ops.multiply(self.muon_a, x), ops.matmul(factor, x))
        return self.transpose_last_axis(x) if is_tall else x
