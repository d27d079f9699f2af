"""The short way of a call: what is known of a built layer in advance, so that its usual calls just run.

A usual call has tensors of the engine for its required arguments, of dtypes that need no cast, of shapes that the layer
admits, without masks, and nothing else but `training`.
"""

import functools

from keras.src import backend, tree
from keras.src.backend.common import running
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.masking import MASKS_APART
from keras.src.layers.call_context import calling
from keras.src.layers.input_spec import quick_check
from keras.src.ops.dispatch import DENSE

get_keras_mask = backend.get_keras_mask


class QuickCall:
    """The short way of one layer.

    Args:
        dtypes: The dtypes of the engine that inputs may have.
        input_spec: What the layer demands of its inputs.
        run: Function `(x, training=None)` that does the call.
        scope: The scope in which the layer reads its variables, or `None`.
        count: Number of arguments that are tensors.
    """

    __slots__ = ("checks", "count", "dtypes", "names", "run", "scope")

    def __init__(self, dtypes, input_spec, run, scope, count=1):
        self.dtypes = dtypes
        self.run = run
        self.scope = scope
        self.count = count
        specs = None if input_spec is None else tree.flatten(input_spec)
        self.checks = specs and [quick_check(spec) for spec in specs]
        names = [getattr(spec, "name", None) for spec in specs or ()]
        self.names = None if None in names or not names else names

    def run_in_scope(self, *args, **kwargs):
        """As `run`, where the scope is another one than that of the layer."""
        previous = STATE.enter("autocast_scope", self.scope)
        try:
            return self.run(*args, **kwargs)
        finally:
            STATE.enter("autocast_scope", previous)

    def admits(self, x):
        """Whether the first argument is such that the call may go the short way."""
        kind = x.__class__
        if kind in DENSE:
            checks = self.checks
            if checks is not None and (len(checks) != 1 or not (checks[0] is None or checks[0](x))):
                return False
            # The first look alone finds masks but for arrays and tracers that take no attributes.
            is_unmasked = getattr(x, "_keras_mask", None) is None and (not MASKS_APART or get_keras_mask(x) is None)
            return is_unmasked and x.dtype in self.dtypes
        if kind is dict:
            return self._admits_dict(x)
        return (kind is list or kind is tuple) and self._admits_all(x)

    def admits_each(self, tensors):
        """Whether all of several arguments are such that the call may go the short way."""
        for x in tensors:
            if x.__class__ not in DENSE or x.dtype not in self.dtypes or get_keras_mask(x) is not None:
                return False
        return True

    def _admits_dict(self, values):
        if self.checks is None:
            return self._admits_all(list(values.values()))
        if self.names is None or len(values) != len(self.names):
            return False
        return all(name in values for name in self.names) and self._admits_all([values[name] for name in self.names])

    def _admits_all(self, values):
        checks, dtypes = self.checks, self.dtypes
        if checks is None:
            checks = (None,) * len(values)
        elif len(checks) != len(values):
            return False
        for x, check in zip(values, checks):
            if x.__class__ not in DENSE or x.dtype not in dtypes or get_keras_mask(x) is not None:
                return False
            if check is not None and not check(x):
                return False
        return True


def quick_call(layer, signature, base):
    """A `QuickCall` for a layer whose usual calls need nothing done around `call`, else `None`.

    Args:
        layer: The layer, built.
        signature: `CallSignature` of its `call`.
        base: The class that defines how layers are called.
    """
    if (
        layer.activity_regularizer is not None
        or layer._adds_losses_of_rows
        or layer._loss_book()["_losses"]
        or layer._remat_mode is not None
        or layer._call_context_args
        or (type(layer).compute_mask is not base.compute_mask and not layer._masks_come_from_masks)
        or type(layer).__call__ is not base.__call__
    ):
        return None
    dtypes = layer._dtypes_of_quick_calls()
    if dtypes is None:
        return None
    call = layer.quantized_call if layer.quantization_mode else layer.call
    count = len(signature.required)
    if count > 1:
        if signature.required != signature.names[:count] or layer._input_spec is not None:
            return None
        return QuickCall(dtypes, None, _run_of_several(layer, call, signature), layer._autocast_scope(), count)
    if any(name != signature.first for name in signature.required):
        return None
    run = _leaf_run(call, signature) if not layer._layers else _composite_run(layer, call, signature)
    return QuickCall(dtypes, layer._input_spec, run, layer._autocast_scope())


@functools.cache
def dtypes_without_cast(compute_dtype):
    """Dtypes of the engine that inputs may have as they are: `compute_dtype`, and all that are not floating-point."""
    names = [n for n in backend.ALLOWED_DTYPES if compute_dtype in (None, n) or not backend.is_float_dtype(n)]
    return frozenset(map(engine_dtype, names)) - {None}


running.on_another_engine(dtypes_without_cast.cache_clear)


def engine_dtype(name):
    """The engine's own dtype of a name; `None` where it has none."""
    try:
        return backend.to_engine_dtype(name)
    except (ValueError, TypeError, AttributeError, KeyError):
        return None


def _leaf_run(call, signature):
    """A layer without sub-layers needs no context; it may ask the one around it for `training`."""
    if not signature.takes_training:
        return lambda x, training=None: call(x)

    def run(x, training=None):
        if training is None:
            context = STATE.call
            if context is None or context.training is None:
                return call(x)
            training = context.training
        return call(x, training=training)

    return run


def _composite_run(layer, call, signature):
    takes_training = signature.takes_training

    def run(x, training=None):
        training = layer._resolve_training(signature, training)
        with calling(layer, training):
            return call(x, training=training) if takes_training and training is not None else call(x)

    return run


def _run_of_several(layer, call, signature):
    """A layer that takes several tensors."""
    takes_training = signature.takes_training

    def run(*tensors, training=None):
        training = layer._resolve_training(signature, training)
        with calling(layer, training):
            if takes_training and training is not None:
                return call(*tensors, training=training)
            return call(*tensors)

    return run
