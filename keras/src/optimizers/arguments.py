"""Checks of the arguments that all optimizers take."""

from keras.src.utils.warning_utils import warn

_CLIPPINGS = ("clipnorm", "clipvalue", "global_clipnorm")


def check_arguments(optimizer):
    """Raises a `ValueError` where arguments of an optimizer are wrong or exclude each other."""
    clippings = {name: getattr(optimizer, name) for name in _CLIPPINGS}
    if sum(value is not None for value in clippings.values()) > 1:
        raise ValueError(f"At most one of {', '.join(_CLIPPINGS)} can be given. Received: {clippings}")
    if optimizer.use_ema and not 0 <= optimizer.ema_momentum <= 1:
        raise ValueError(f"`ema_momentum` must lie in [0, 1]. Received: ema_momentum={optimizer.ema_momentum}")
    frequency = optimizer.ema_overwrite_frequency
    if optimizer.use_ema and frequency is not None and (not isinstance(frequency, int) or frequency < 1):
        raise ValueError(f"`ema_overwrite_frequency` must be a positive integer or None. Received: {frequency!r}")
    steps = optimizer.gradient_accumulation_steps
    if steps is not None and not steps >= 2:
        raise ValueError(
            "`gradient_accumulation_steps` must be an integer of at least 2, or None. "
            f"Received: gradient_accumulation_steps={steps}"
        )


def check_kwargs(kwargs):
    """Raises a `ValueError` for arguments that optimizers do not have; warns of one that they had."""
    if kwargs.pop("decay", None) is not None:
        warn(
            "The argument `decay` has no effect any more: use a schedule, such as "
            "`keras.optimizers.schedules.InverseTimeDecay`.",
        )
    if kwargs:
        raise ValueError(f"Optimizers have no arguments named {', '.join(map(repr, kwargs))}. Received: {kwargs}")
