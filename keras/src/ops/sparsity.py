"""Ops on sparse and ragged tensors of the engine.

A declaration says by one word when its result is sparse: `sparse="all"` where all tensors are, `"any"` where one of
them is, `"first"` where only the first is. The same word types the symbolic result. Without a word, and beside dense
tensors where the word says so, sparse tensors become dense. Element-wise ops keep ragged tensors ragged.
"""

from keras.src import backend, tree
from keras.src.backend import contract
from keras.src.backend.common.keras_tensor import KerasTensor

WORDS = {
    "all": all,
    "any": any,
    "first": lambda flags: flags[0] and not any(flags[1:]),
}


is_composite = backend.core.is_composite
"""Whether `x` is a sparse or ragged tensor of the engine."""


def holds_composite(declaration, args):
    """Whether a tensor argument of a call is sparse or ragged."""
    if is_composite is contract.Core.is_composite:
        return False
    for i in declaration.tensor_positions:
        x = args[i]
        if is_composite(x) or (type(x) in (list, tuple) and any([is_composite(e) for e in x])):
            return True
    return False


def run(declaration, args):
    """The result of a call whose tensors are converted, some of which are sparse or ragged."""
    flags = [is_composite(x) for x in _tensors(declaration, args)]
    wants_sparse = _wants_sparse(declaration, args, flags)
    elementwise = getattr(declaration.shape_rule, "__name__", None) == "broadcast"
    return backend.sparse.run(declaration.name, declaration.target, args, wants_sparse, elementwise)


def mark(declaration, args, spec):
    """Says of the symbolic result `spec` of a call whether it is sparse or ragged."""
    tensors = _tensors(declaration, args)
    if declaration.sparse is not None or declaration.sparse_position is not None:
        if _wants_sparse(declaration, args, [getattr(x, "sparse", None) is True or is_composite(x) for x in tensors]):
            tree.map_structure(_as_sparse, spec)
    return spec


def _as_sparse(spec):
    if isinstance(spec, KerasTensor):
        spec._sparse = True
    return spec


def _wants_sparse(declaration, args, flags):
    if declaration.sparse_position is not None and args[declaration.sparse_position]:
        return True
    return declaration.sparse is not None and any(flags) and WORDS[declaration.sparse](flags)


def _tensors(declaration, args):
    """The tensor arguments of a call, in one list."""
    found = []
    for i in declaration.tensor_positions:
        if isinstance(args[i], (list, tuple)) and declaration.parameters[i].kind == "tensors":
            found.extend(args[i])
        elif args[i] is not None:
            found.append(args[i])
    return found
