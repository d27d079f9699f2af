"""What `DTensor` is told, beyond what it knows, so that each op gives on many processes what it gives on one.

An op that PyTorch has no strategy for is computed by each process on the whole of its arguments. Convolutions, for which its
rules look at the input alone, are divided along the batch only.
"""

import functools

import torch
from torch.utils import _pytree as pytree

from keras.src.backend.common.global_state import STATE, ThreadState
from keras.src.backend.torch.placed import PLACED, tensors, whole
from keras.src.utils.module_utils import LazyModule

experimental = LazyModule("torch.distributed.tensor.experimental", pip_name="torch")
schema = LazyModule("torch.distributed.tensor._op_schema", pip_name="torch")
aten = torch.ops.aten


@functools.cache
def install():
    """Sets up what `DTensor`s need in this process, once."""
    PLACED.kinds = (tensors.DTensor,)
    ThreadState.gathers, STATE.quiet = True, False
    ThreadState.gathering = None
    dispatcher = tensors.DTensor._op_dispatcher
    # Constants and draws are the same in each process.
    dispatcher._allow_implicit_replication = True
    dispatcher._custom_op_handlers[aten._local_scalar_dense.default] = _number
    for op, strategy in _STRATEGIES.items():
        dispatcher._custom_op_handlers.pop(op, None)
        dispatcher.sharding_propagator.op_single_dim_strategy_funcs.pop(op, None)
        experimental.register_sharding(op)(strategy)
        # By itself PyTorch would take a strategy that it remembers for other strides, too.
        arguments = op._schema.arguments
        first = next((i for i, each in enumerate(arguments) if "Tensor" not in str(each.type)), len(arguments))
        named = [each.name for each in arguments if each.kwarg_only]
        dispatcher.sharding_propagator.op_to_schema_info[op] = schema.RuntimeSchemaInfo(first, named, needs_pytree=True)
    dispatcher._propagate_op_sharding_dispatch_slow_path = _or_on_wholes(
        dispatcher._propagate_op_sharding_dispatch_slow_path
    )


def _number(op, args, kwargs):
    """The number that a tensor of one element is: all processes ask for it, since each may have but a part of a sum."""
    return op(whole(args[0]), **kwargs)


def _convolution(x, weight, bias, *settings):
    whole = [
        tensors.Replicate(),
        tensors.Replicate(),
        None if bias is None else tensors.Replicate(),
        *[None] * len(settings),
    ]
    return [([tensors.Replicate()], whole), ([tensors.Shard(0)], [tensors.Shard(0), *whole[1:]])]


def _convolution_backward(gradient, x, weight, bias_sizes, *settings):
    rest = [None] * (1 + len(settings))
    wanted = settings[-1]

    def results(*placements):
        return [placement if is_wanted else None for placement, is_wanted in zip(placements, wanted)]

    whole, part = tensors.Replicate(), tensors.Shard(0)
    return [
        (results(whole, whole, whole), [whole, whole, whole, *rest]),
        (results(part, tensors.Partial(), tensors.Partial()), [part, part, whole, *rest]),
    ]


def _attention(query, key, value, *settings, attn_mask=None, **named):
    return _by_batch_and_heads(attn_mask, 2, 3, settings)


def _attention_backward(gradient, query, key, value, out, sums, *settings, attn_mask=None, **named):
    return _by_batch_and_heads(attn_mask, 3, 6, settings)


def _by_batch_and_heads(mask, results, given, settings):
    """Divides attention along the batch, or the heads, where the mask, which stays as it lies, fits to that."""
    if mask is not None and len(mask.placements) > 1:
        raise NotImplementedError("A mask on a mesh of several axes is computed with as a whole.")
    axes = {None, 0, 1}
    if mask is not None:
        placement, missing = mask.placements[0], 4 - len(mask.shape)
        sizes = (1,) * missing + tuple(mask.shape)
        if placement.is_shard():
            axes &= {placement.dim + missing}
        else:
            axes -= {axis for axis in (0, 1) if sizes[axis] > 1}
    placements = [tensors.Replicate() if axis is None else tensors.Shard(axis) for axis in axes]
    return [([p] * results, [p] * given + [None] * len(settings)) for p in placements]


def _reducing(kind, first):
    """The strategies of an op that reduces axes of a tensor.

    Args:
        kind: How the results of parts become one ("max"), or `None`: they do not, so that a part has whole axes.
        first: Number of its argument, after the tensor, that tells the axes; the next one tells whether they are kept.
    """

    def strategies(x, *settings, **named):
        axes, keeps = (*settings[first:], None, False)[:2]
        axes = [axes] if isinstance(axes, int) else axes or range(x.ndim)
        reduced = {axis % x.ndim for axis in axes}
        rest = [None] * len(settings)
        found = [([tensors.Replicate()], [tensors.Replicate(), *rest])]
        for axis in range(x.ndim):
            if axis not in reduced:
                placement = tensors.Shard(axis if keeps else axis - sum(other < axis for other in reduced))
            elif kind is not None:
                placement = tensors.Partial(kind)
            else:
                continue
            found.append(([placement], [tensors.Shard(axis), *rest]))
        return found

    return strategies


def _index_add(x, axis, index, source, **named):
    """Divides additions along the axes that are not indexed. By its own rule PyTorch takes a part of `x` for the whole."""
    whole, others = tensors.Replicate(), set(range(x.ndim)) - {axis % x.ndim}
    placements = [whole, *map(tensors.Shard, others)]
    return [([p], [p, None, whole, p]) for p in placements]


# Truths of parts would be added up, which a cast then turns into a 2; a sum of norms of parts is no norm.
_ANY, _NORM = _reducing("max", 0), _reducing(None, 1)
_STRATEGIES = {
    aten.index_add.default: _index_add,
    aten.index_add_.default: _index_add,
    aten.any.default: _ANY,
    aten.any.dim: _ANY,
    aten.any.dims: _ANY,
    aten.linalg_vector_norm.default: _NORM,
    aten.norm.Scalar: _NORM,
    aten._scaled_dot_product_flash_attention_for_cpu.default: _attention,
    aten._scaled_dot_product_flash_attention_for_cpu_backward.default: _attention_backward,
    aten.convolution.default: _convolution,
    aten.convolution_backward.default: _convolution_backward,
}


def _or_on_wholes(propagate):
    """The step of PyTorch's dispatcher that finds a strategy; where it finds none, the result itself."""

    def propagated(op, args, kwargs, *rest, **named):
        try:
            return propagate(op, args, kwargs, *rest, **named)
        except Exception:
            return on_wholes(op, args, kwargs)

    return propagated


def on_wholes(op, args, kwargs):
    """Results of an op that each process computes on the whole of its arguments.

    Args:
        op: An operator of ATen.
        args: Its arguments, tensors among them.
        kwargs: Its arguments by name.
    """
    leaves, structure = pytree.tree_flatten((args, kwargs))
    mesh = next(x.device_mesh for x in leaves if isinstance(x, tensors.DTensor))
    everywhere = [tensors.Replicate()] * mesh.ndim
    wholes = [x.redistribute(mesh, everywhere).to_local() if isinstance(x, tensors.DTensor) else x for x in leaves]
    given, named = pytree.tree_unflatten(wholes, structure)
    results = op(*given, **named)
    changed = {id(new): old for new, old in zip(wholes, leaves) if isinstance(old, tensors.DTensor)}

    def wrapped(x):
        if not isinstance(x, torch.Tensor):
            return x
        if id(x) in changed:
            return _changed(changed[id(x)], x)
        return tensors.DTensor.from_local(x, mesh, everywhere, run_check=False)

    return pytree.tree_map(wrapped, results)


def _changed(tensor, value):
    """A tensor into which an op has written."""
    if value.shape != tensor.shape:
        raise NotImplementedError(
            f"A DTensor keeps its shape {tuple(tensor.shape)}; it would become {tuple(value.shape)}."
        )
    mesh = tensor.device_mesh
    part = tensors.DTensor.from_local(value, mesh, [tensors.Replicate()] * mesh.ndim, run_check=False)
    if any(placement.is_partial() for placement in tensor.placements):
        # Nobody asks for parts of a sum again that is known.
        tensor._local_tensor, tensor._spec = part._local_tensor, part._spec
        return tensor
    own = part.redistribute(mesh, tensor.placements).to_local()
    if own.data_ptr() != tensor._local_tensor.data_ptr():
        tensor._local_tensor.copy_(own)
    return tensor
