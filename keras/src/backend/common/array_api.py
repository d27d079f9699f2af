"""What engines that speak NumPy's language have in common."""

NATIVE = (
    "absolute add arccos arccosh arcsin arcsinh arctan arctan2 arctanh bitwise_and bitwise_or bitwise_xor broadcast_to cbrt ceil "
    "concatenate conjugate cos cosh deg2rad diag diagonal diff divide equal exp exp2 expand_dims expm1 flip floor floor_divide fmax "
    "fmin fmod gcd greater greater_equal heaviside hypot imag isfinite isin isinf isnan isneginf isposinf isreal kron lcm less "
    "less_equal log log1p log2 log10 logaddexp logaddexp2 logical_and logical_not logical_or logical_xor maximum minimum mod multiply "
    "negative nextafter not_equal outer power rad2deg real reciprocal reshape roll sign signbit sin sinh sqrt square squeeze stack "
    "subtract swapaxes take tan tanh tile transpose tril triu trunc"
).split()

RENAMED = {"bitwise_invert": "invert", "bitwise_left_shift": "left_shift", "bitwise_right_shift": "right_shift"}

SCALAR_OPERANDS = set(
    "add subtract multiply divide floor_divide mod fmod power maximum minimum fmax fmin hypot arctan2 equal not_equal greater "
    "greater_equal less less_equal logical_and logical_or logical_xor".split()
)
"""Element-wise kernels that take a Python scalar beside a tensor as it is."""


def native_kernels(engine, more=""):
    """Kernels, by name, that are the functions of NumPy's names in `engine`, a module; `more` names some that others lack."""
    names = {**{name: name for name in NATIVE + more.split()}, **RENAMED}
    return {kernel: getattr(engine, name) for kernel, name in names.items()}
