"""Calling: what happens between `layer(x)` and `call(x)`."""

import threading

from keras.src import backend, ops, tree
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.replicas import call_on_all_rows
from keras.src.backend.common.variables import AutocastScope
from keras.src.graph.operation import Operation, record_call
from keras.src.layers.call_context import calling
from keras.src.layers.call_signature import call_signature, holds_tensors, tensor_arguments
from keras.src.layers.input_spec import assert_input_compatibility, static_shape
from keras.src.layers.quick_call import dtypes_without_cast, quick_call
from keras.src.ops.dispatch import DENSE
from keras.src.utils.byte_strings import is_array_of_strings
from keras.src.utils.warning_utils import warn

KerasTensor = backend.KerasTensor
get_keras_mask = backend.get_keras_mask


@backend.core.untraced
def _untraced_call(layer, args, kwargs):
    """A first call. Creating variables cannot be traced, and what a compiler fails on once it does not try again."""
    return layer(*args, **kwargs)


# One thread builds at a time: a layer that several threads call first is built once.
_BUILDING = threading.RLock()


class LayerCall:
    """`__call__` and its parts: conversion of inputs, building, `training`, masks, casts, losses on activities.

    A call that needs none of this, which is known of a built layer in advance, takes the short way through `_quick`.
    """

    _quick = None

    # Names that `_register_call_context_args` declared.
    _call_context_args = frozenset()

    # Whether `compute_mask`, where overridden, gives a mask only where an input has one.
    _masks_come_from_masks = False

    # Whether its `call` was seen to add losses; a layer that only calls others leaves that to them.
    _adds_losses_of_rows = False

    def __call__(self, *args, **kwargs):
        quick = self._quick
        if quick is None and backend.core.is_compiling() and not self.built:
            return _untraced_call(self, args, kwargs)
        try:
            if (
                quick is not None
                and len(args) == quick.count
                and (not kwargs or (len(kwargs) == 1 and "training" in kwargs))
                and not STATE.remat_scopes
                and not STATE.names_calls
                and (quick.admits(args[0]) if len(args) == 1 else quick.admits_each(args))
            ):
                run = quick.run if STATE.autocast_scope is quick.scope else quick.run_in_scope
                return run(*args, **kwargs)
            return self._call_in_full(args, kwargs)
        except Exception as error:
            self._add_note(error, args, kwargs)
            raise

    def _add_note(self, error, args, kwargs):
        """Says in which layer an error arose, and on which inputs; the innermost layer speaks."""
        if getattr(error, "__notes__", None) or "_name" not in self.__dict__:
            return
        received = [_shown(x) for x in args] + [f"{name}={_shown(x)}" for name, x in kwargs.items()]
        error.add_note(f"In the call of layer {self.name!r} (of type {type(self).__name__}) on: {', '.join(received)}")

    def _call_in_full(self, args, kwargs):
        self._check_super_called()
        signature = self._signature_of_call()
        training = self._resolve_training(signature, kwargs.get("training"))
        given_args, given_kwargs = args, kwargs
        if "training" in kwargs:
            kwargs = {name: x for name, x in kwargs.items() if name != "training"}
        values = None
        if self._call_context_args:
            kwargs, values = self._with_context_arguments(signature, kwargs)
        args, kwargs = self._convert(args), {name: self._convert(x) for name, x in kwargs.items()}
        self._check_positional(args)
        if training is not None and signature.takes_training:
            kwargs["training"] = training
        arguments = signature.bind(args, kwargs)
        tensors = tensor_arguments(arguments)
        first = arguments.get(signature.first)
        assert_input_compatibility(self._input_spec, first, self.name)
        symbolic = _holds_symbolic(tensors)
        masks = _masks_for_call(signature, arguments, tensors, symbolic)
        with calling(self, training, values), self._open_name_scope():
            if not self.built:
                with _BUILDING:
                    if not self.built:
                        self._build_for_call(tensors, args, {**kwargs, **masks})
            if symbolic:
                if type(self).compute_mask is not LayerCall.compute_mask:
                    # A mask that is made from the inputs must be made from those of the graph, not from casts of them.
                    given = {name: x for name, x in given_kwargs.items() if name in kwargs}
                    first = signature.bind(given_args, given).get(signature.first)
                recorded = _recorded(given_kwargs, kwargs, masks)
                if type(self).symbolic_call is Operation.symbolic_call:
                    outputs = self.compute_output_spec(*args, **{**kwargs, **masks})
                    outputs = record_call(self, given_args, recorded, outputs)
                else:
                    outputs = self.symbolic_call(*given_args, **recorded)
            else:
                outputs = self._run(args, {**kwargs, **masks})
                self._add_activity_losses(outputs)
            self._set_masks(first, outputs)
        if self.built and "_quick" not in self.__dict__ and not symbolic:
            self.__dict__["_quick"] = quick_call(self, signature, LayerCall)
        return outputs

    def _describe_call(self, args, kwargs):
        signature = self._signature_of_call()
        training = self._resolve_training(signature, kwargs.get("training"))
        kwargs = {name: self._convert(x) for name, x in kwargs.items()}
        if training is not None and signature.takes_training:
            kwargs["training"] = training
        return self.compute_output_spec(*self._convert(args), **kwargs)

    def _signature_of_call(self):
        """The `CallSignature` of what is called."""
        return call_signature(type(self).call)

    def _register_call_context_args(self, *names):
        """Declares arguments of calls that reach all layers within which declare them too, and take them in `call`.

        Args:
            *names: Names of the arguments.
        """
        self.__dict__["_call_context_args"] = self._call_context_args | frozenset(names)
        self._forget_the_way()

    def _with_context_arguments(self, signature, kwargs):
        """The arguments for `call`, and those for the layers within; what stands nearer wins."""
        context, names = STATE.call, self._call_context_args
        values = dict(context.values or ()) if context is not None else {}
        values.update({name: kwargs[name] for name in names if kwargs.get(name) is not None})
        kwargs = {name: x for name, x in kwargs.items() if name not in names or name in signature.known}
        kwargs.update({name: values[name] for name in names & signature.known if name in values})
        return kwargs, values

    def _resolve_training(self, signature, training):
        """What the caller says, else what the call around this one says, else the default of `call`."""
        if training is not None:
            return training
        context = STATE.call
        if context is not None and context.training is not None:
            return context.training
        return signature.default_training

    # Inputs

    def _dtypes_of_quick_calls(self):
        """Dtypes of the engine with which an input needs no conversion; `None` keeps all calls from the short way."""
        if not self._convert_input_args:
            return None
        return dtypes_without_cast(self._compute_dtype if self.autocast else None)

    def _convert(self, x):
        """Tensors in the compute dtype, arrays as tensors; other values as they are."""
        if not self._convert_input_args:
            return x
        if x.__class__ in (list, tuple, dict):
            return tree.map_structure(self._convert_one, x)
        if x.__class__ in DENSE or not isinstance(x, (list, tuple, dict)):
            return self._convert_one(x)
        return tree.map_structure(self._convert_one, x)

    def _convert_one(self, x):
        if x is None or x.__class__ in (int, float, bool, str):
            return x
        converted = self._dtype_policy.convert_input(x, self.autocast, self._compute_dtype)
        if converted is not x:
            mask = get_keras_mask(x)
            if mask is not None:
                backend.set_keras_mask(converted, mask)
        return converted

    def _check_positional(self, args):
        if self._allow_non_tensor_positional_args:
            return
        for x in args:
            for leaf in tree.flatten(x) if isinstance(x, (list, tuple, dict)) else (x,):
                if leaf is None or leaf.__class__ in DENSE or isinstance(leaf, KerasTensor) or backend.is_tensor(leaf):
                    continue
                if is_array_of_strings(leaf):
                    continue
                raise ValueError(
                    f"Layer {self.name!r} takes tensors by position; anything else goes by keyword. "
                    f"Received by position: {leaf!r} (of type {type(leaf)})"
                )

    # The call itself

    def _run(self, args, kwargs):
        call = self.quantized_call if self.quantization_mode else self.call
        if self._adds_losses_of_rows:
            call = call_on_all_rows(call)
        if self._remat_mode is not None or STATE.remat_scopes:
            call = self.rematerialized_call(call, *args, **kwargs)
        return self._with_autocast(call, args, kwargs)

    def _with_autocast(self, call, args, kwargs):
        """`call(*args, **kwargs)`, in which variables are read in the compute dtype."""
        scope = self._autocast_scope()
        if scope is STATE.autocast_scope:
            return call(*args, **kwargs)
        previous = STATE.enter("autocast_scope", scope)
        try:
            return call(*args, **kwargs)
        finally:
            STATE.enter("autocast_scope", previous)

    def _autocast_scope(self):
        """The scope in which variables are read; `None` where they have the compute dtype already."""
        if "_scope" not in self.__dict__:
            scope = self._needed_autocast_scope()
            if not self.built:
                return scope
            self.__dict__["_scope"] = scope
        return self.__dict__["_scope"]

    def _needed_autocast_scope(self):
        if not self.autocast:
            return None
        dtype = self._compute_dtype
        if not backend.is_float_dtype(dtype):
            return None
        if all(v._dtype == dtype or not v._can_autocast for v in self.variables):
            return None
        return AutocastScope(dtype)

    def rematerialized_call(self, layer_call, *args, **kwargs):
        """`layer_call`, or a version that recomputes its intermediate values for gradients, as the `RematScope` says.

        Args:
            layer_call: The layer's `call`.
            *args: Arguments of the coming call.
            **kwargs: Keyword arguments of the coming call.
        """
        return super().rematerialized_call(layer_call, *args, **kwargs)

    def _add_activity_losses(self, outputs):
        if self.activity_regularizer is None:
            return
        for x in tree.flatten(outputs):
            if backend.is_tensor(x):
                penalty = self.activity_regularizer(x)
                # An empty batch has no penalty, rather than 0 / 0.
                batch_size = ops.maximum(ops.cast(ops.shape(x)[0], penalty.dtype), 1) if len(x.shape) else 1
                self._add_losses([ops.divide(penalty, batch_size)])

    # Masks

    def compute_mask(self, inputs, previous_mask):
        """Mask of the outputs.

        Args:
            inputs: The first argument of `call`.
            previous_mask: Its mask, or structure of masks with `None`s.
        """
        return previous_mask

    def _set_masks(self, inputs, outputs):
        passes_on = type(self).compute_mask is LayerCall.compute_mask
        previous = _masks_of(inputs)
        if previous is None and (passes_on or not self.supports_masking):
            return
        flat = [outputs] if not isinstance(outputs, (list, tuple, dict)) else tree.flatten(outputs)
        if all(get_keras_mask(x) is not None for x in flat):
            return
        if not self.supports_masking:
            if not backend.core.is_compiling():  # No compiler sees through the search for the line.
                warn(
                    f"Layer {self.name!r} (of type {type(self).__name__}) received a mask with its inputs but does not "
                    "say what becomes of it, so its outputs have none. If they shall keep it, set "
                    "`self.supports_masking = True` in its `__init__()`."
                )
            return
        for x, mask in zip(flat, _flat_masks(self.compute_mask(inputs, previous), len(flat))):
            if mask is not None and x is not None and get_keras_mask(x) is None:
                backend.set_keras_mask(x, mask)


def _holds_symbolic(tensors):
    for value in tensors.values():
        if isinstance(value, KerasTensor):
            return True
        if isinstance(value, (list, tuple, dict)) and any(isinstance(x, KerasTensor) for x in tree.flatten(value)):
            return True
    return False


def _recorded(given, converted, masks):
    """Keyword arguments of a call as a graph keeps them: those that the caller wrote, tensors as they came, and the mask.

    What `training` was resolved to belongs to one call; the next one may train or not.
    """
    recorded = {name: x if holds_tensors(x) else converted.get(name, x) for name, x in given.items()}
    if "training" in given:
        recorded["training"] = given["training"]
    return {**recorded, "mask": masks["mask"]} if "mask" in masks else recorded


def _masks_of(value):
    """Mask of a tensor, or structure of masks; `None` when there is none at all."""
    if not isinstance(value, (list, tuple, dict)):
        return None if value is None else get_keras_mask(value)
    masks = tree.map_structure(get_keras_mask, value)
    return masks if any(mask is not None for mask in tree.flatten(masks)) else None


def _flat_masks(masks, count):
    if masks is None:
        return [None] * count
    return [masks] if not isinstance(masks, (list, tuple, dict)) else tree.flatten(masks)


def _masks_for_call(signature, arguments, tensors, symbolic):
    """The masks to pass to `call`: `mask` for its only tensor, `<name>_mask` for each of several.

    A graph keeps the `mask=None` that a call was recorded with, so at run time that means: as the inputs have it.
    """
    if len(tensors) == 1 and "mask" in signature.known:
        given = "mask" in arguments if symbolic else arguments.get("mask") is not None
        return {} if given else {"mask": _masks_of(next(iter(tensors.values())))}
    masks = {}
    for name, mask_name in signature.masks.items():
        if name in tensors and arguments.get(mask_name) is None:
            mask = _masks_of(tensors[name])
            if mask is not None:
                masks[mask_name] = mask
    return masks


def _shown(x):
    if isinstance(x, (list, tuple)):
        return f"[{', '.join(map(_shown, x))}]"
    if isinstance(x, dict):
        return f"{{{', '.join(f'{key!r}: {_shown(value)}' for key, value in x.items())}}}"
    if hasattr(x, "shape") and hasattr(x, "dtype"):
        return f"{type(x).__name__}(shape={static_shape(x)}, dtype={getattr(x.dtype, 'name', x.dtype)})"
    return repr(x)[:200]
