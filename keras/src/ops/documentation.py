"""Docstrings of ops: what the declaration says of parameters and results is not written a second time."""

import inspect

_KINDS = {
    "tensor": "Tensor.",
    "index": "Tensor of integers.",
    "tensors": "List of tensors.",
    "axis": "Int, tuple of ints, or `None` for all dimensions.",
    "shape": "Tuple of ints.",
    "data_format": '`"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.',
    "dtype": "Name of the dtype of the result.",
}
_NAMES = {
    "keepdims": "Whether reduced dimensions stay with size 1.",
    "k": "Int, which diagonal, or how many.",
    "dtype": "Name of the dtype of the result.",
}


def complete(docstring, declaration):
    """`docstring` with sections `Args` and `Returns` from the declaration, where it has none of its own."""
    text = inspect.cleandoc(docstring or "")
    if "Args:" in text or not declaration.parameters:
        return text
    head, example, tail = text.partition("Example:")
    head, returns, rest = head.partition("Returns:")
    lines = [head.rstrip(), "", "Args:"]
    lines += [f"    {p.name}: {_description(p)}" for p in declaration.parameters]
    lines += ["", f"Returns:{rest.rstrip()}" if returns else "Returns:\n    " + _result(declaration)]
    return "\n".join(lines) + (f"\n\n{example}{tail}" if example else "")


def _description(parameter):
    described = _KINDS.get(parameter.kind) or _NAMES.get(parameter.name)
    if described is None:
        return (
            f"See above; {parameter.default!r} by default."
            if parameter.default is not inspect.Parameter.empty
            else "See above."
        )
    return described


def _result(declaration):
    rule = getattr(declaration.shape_rule, "__name__", "")
    shapes = {"broadcast": "of the broadcast shape of the arguments", "reduced": "without the dimensions of `axis`"}
    kind = (declaration.dtype_rule.__doc__ or "").strip().rstrip(".")
    return f"Tensor {shapes[rule]}. Dtype: {kind[:1].lower() + kind[1:]}." if rule in shapes and kind else "Tensor."
