"""Learning rates that depend on the step."""

import math

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.saving.signature_config import SignatureConfig


@keras_export("keras.optimizers.schedules.LearningRateSchedule")
class LearningRateSchedule:
    """Base class of schedules: callables from a step to a learning rate.

    A subclass implements `__call__(self, step)`, where `step` is a scalar integer tensor or variable, in terms of
    `keras.ops` (the step is symbolic in compiled training), and `get_config()`, if it is to be saved.

    Example:

    >>> class Halving(keras.optimizers.schedules.LearningRateSchedule):
    ...     def __call__(self, step):
    ...         return 0.1 * 0.5 ** keras.ops.cast(step, "float32")
    >>> optimizer = keras.optimizers.SGD(learning_rate=Halving())
    """

    def __call__(self, step):
        raise NotImplementedError(f"The schedule {type(self).__name__} must implement `__call__(self, step)`.")

    def get_config(self):
        """Returns the constructor's arguments."""
        raise NotImplementedError(f"The schedule {type(self).__name__} must implement `get_config()` to be saved.")

    @classmethod
    def from_config(cls, config):
        """Builds a schedule from what `get_config()` returned."""
        return cls(**config)


class BuiltInSchedule(SignatureConfig, LearningRateSchedule):
    """A schedule whose config follows from its constructor."""


def _positive(name, value):
    if value <= 0:
        raise ValueError(f"`{name}` of a schedule must be positive. Received: {name}={value}")
    return value


def _real(number):
    """A step or another number as a tensor of the dtype in which rates are computed."""
    return ops.cast(ops.convert_to_tensor(number), "float32")


def _half_cosine(part):
    """From 1 at 0 down to 0 at 1, along half a period of the cosine."""
    return ops.multiply(0.5, ops.add(1.0, ops.cos(ops.multiply(math.pi, part))))


def _above(floor, part):
    """Between `floor` and 1: where `part` is 0 and 1."""
    return ops.add(ops.multiply(1.0 - floor, part), floor)


@keras_export("keras.optimizers.schedules.ExponentialDecay")
class ExponentialDecay(BuiltInSchedule):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
        initial_learning_rate: Float.
        decay_steps: Positive integer: after so many steps the rate is multiplied by `decay_rate`.
        decay_rate: Float.
        staircase: Whether the rate stays constant in between.
        name: String.

    Example:

    >>> float(keras.optimizers.schedules.ExponentialDecay(1.0, 10, 0.5)(20))
    0.25
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="ExponentialDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        periods = _periods(self, step)
        return ops.multiply(self.initial_learning_rate, ops.power(_real(self.decay_rate), periods))


def _periods(schedule, step):
    periods = ops.divide(_real(step), schedule.decay_steps)
    return ops.floor(periods) if schedule.staircase else periods


@keras_export("keras.optimizers.schedules.InverseTimeDecay")
class InverseTimeDecay(BuiltInSchedule):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: Float.
        decay_steps: Positive integer: how often the decay is applied.
        decay_rate: Float.
        staircase: Whether the rate stays constant in between.
        name: String.

    Example:

    >>> float(keras.optimizers.schedules.InverseTimeDecay(1.0, 10, 0.5)(20))
    0.5
    """

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name="InverseTimeDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step):
        slowed = ops.add(1.0, ops.multiply(self.decay_rate, _periods(self, step)))
        return ops.divide(self.initial_learning_rate, slowed)


@keras_export("keras.optimizers.schedules.PiecewiseConstantDecay")
class PiecewiseConstantDecay(BuiltInSchedule):
    """A constant rate up to each boundary, another one after it.

    Args:
        boundaries: List of increasing step numbers; a boundary belongs to the piece before it.
        values: List of the rates, one more than there are boundaries.
        name: String.

    Example:

    >>> rate = keras.optimizers.schedules.PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.25])
    >>> float(rate(10)), float(rate(11))
    (1.0, 0.5)
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "`values` must have one item more than `boundaries`. "
                f"Received: boundaries={boundaries} and values={values}"
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step):
        step = ops.convert_to_tensor(step)
        rate = _real(self.values[0])
        for boundary, value in zip(self.boundaries, self.values[1:]):
            rate = ops.where(ops.greater(step, ops.cast(boundary, step.dtype)), _real(value), rate)
        return rate


@keras_export("keras.optimizers.schedules.PolynomialDecay")
class PolynomialDecay(BuiltInSchedule):
    """From one rate to another along a power of the remaining steps.

    Args:
        initial_learning_rate: Float.
        decay_steps: Positive integer, the number of steps down to the end.
        end_learning_rate: Float, the rate from then on.
        power: Float; 1 makes the decay linear.
        cycle: Whether the rate rises again when the end is passed, for a longer way down each time.
        name: String.

    Example:

    >>> float(keras.optimizers.schedules.PolynomialDecay(1.0, 10, end_learning_rate=0.0)(5))
    0.5
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step):
        step = _real(step)
        if self.cycle:
            rounds = ops.maximum(1.0, ops.ceil(ops.divide(step, self.decay_steps)))
            length = ops.multiply(rounds, _real(self.decay_steps))
        else:
            length = _real(self.decay_steps)
            step = ops.minimum(step, length)
        remaining = ops.power(ops.subtract(1.0, ops.divide(step, length)), self.power)
        span = self.initial_learning_rate - self.end_learning_rate
        return ops.add(ops.multiply(span, remaining), self.end_learning_rate)


@keras_export("keras.optimizers.schedules.CosineDecay")
class CosineDecay(BuiltInSchedule):
    """Down along half a period of the cosine, after an optional linear warm-up.

    Args:
        initial_learning_rate: Float, the rate at step 0.
        decay_steps: Positive integer, the number of steps of the decay, after the warm-up.
        alpha: Float, the rate at the end as a part of that at the start of the decay.
        name: String.
        warmup_target: Optional float, the rate at the end of the warm-up; there is none when absent.
        warmup_steps: Integer, the number of steps of the warm-up.

    Reference: [Loshchilov and Hutter, 2016](https://arxiv.org/abs/1608.03983).

    Example:

    >>> round(float(keras.optimizers.schedules.CosineDecay(1.0, 10)(5)), 3)
    0.5
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = _positive("decay_steps", decay_steps)
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step):
        step = _real(step)
        if self.warmup_target is None:
            return self._decayed(step, self.initial_learning_rate)
        decayed = self._decayed(ops.subtract(step, self.warmup_steps), self.warmup_target)
        if not self.warmup_steps:
            return decayed
        climb = ops.multiply(self.warmup_target - self.initial_learning_rate, ops.divide(step, self.warmup_steps))
        return ops.where(ops.less(step, self.warmup_steps), ops.add(self.initial_learning_rate, climb), decayed)

    def _decayed(self, step, start):
        part = ops.divide(ops.minimum(step, self.decay_steps), self.decay_steps)
        return ops.multiply(start, _above(self.alpha, _half_cosine(part)))


@keras_export("keras.optimizers.schedules.CosineDecayRestarts")
class CosineDecayRestarts(BuiltInSchedule):
    """Down along half a period of the cosine, again and again, each time for longer and from lower.

    Args:
        initial_learning_rate: Float.
        first_decay_steps: Positive integer, the number of steps of the first period.
        t_mul: Float, by which the length of the periods grows.
        m_mul: Float, by which the rate at the start of the periods changes.
        alpha: Float, the lowest rate as a part of the initial one.
        name: String.

    Reference: [Loshchilov and Hutter, 2016](https://arxiv.org/abs/1608.03983).

    Example:

    >>> float(keras.optimizers.schedules.CosineDecayRestarts(1.0, 10)(10))
    1.0
    """

    def __init__(self, initial_learning_rate, first_decay_steps, t_mul=2.0, m_mul=1.0, alpha=0.0, name="SGDRDecay"):
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = _positive("first_decay_steps", first_decay_steps)
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step):
        period, part = self._place(ops.divide(_real(step), self.first_decay_steps))
        height = ops.multiply(ops.power(_real(self.m_mul), period), _half_cosine(part))
        return ops.multiply(self.initial_learning_rate, _above(self.alpha, height))

    def _place(self, elapsed):
        """Number of the period, and the part of it that is over; `elapsed` is in first periods."""
        if self.t_mul == 1.0:
            period = ops.floor(elapsed)
            return period, ops.subtract(elapsed, period)
        # Period i starts at 1 + t + ... + t^(i-1) = (t^i - 1) / (t - 1).
        grown = ops.subtract(1.0, ops.multiply(elapsed, 1.0 - self.t_mul))
        period = ops.floor(ops.divide(ops.log(grown), math.log(self.t_mul)))
        length = ops.power(_real(self.t_mul), period)
        start = ops.divide(ops.subtract(1.0, length), 1.0 - self.t_mul)
        return period, ops.divide(ops.subtract(elapsed, start), length)
