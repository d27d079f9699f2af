"""Products of matrices of bytes on CPUs, by the instructions that multiply unsigned bytes by signed ones.

`jax.lax` widens operands of two dtypes before it multiplies them; XLA itself takes them as they are.
"""

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir


def product_of_bytes(x1, x2):
    """The product of arrays of int8, `(..., rows, size)` and `(..., size, columns)`, in int32."""
    # A row of zeros, shifted like the others, tells what the shift adds to each column.
    padding = [(0, 1 if axis == x1.ndim - 2 else 0) for axis in range(x1.ndim)]
    shifted = jax.lax.bitcast_convert_type(jnp.bitwise_xor(jnp.pad(x1, padding), -128), "uint8")
    sums = _mixed.bind(shifted, x2)
    return sums[..., :-1, :] - sums[..., -1:, :]


def serves(x1, x2):
    """Whether `product_of_bytes` is the fast way here: JAX must know all sizes."""
    return jax.default_backend() == "cpu" and all(isinstance(n, int) and n for n in (*x1.shape, *x2.shape))


def _widened(x1, x2):
    return jnp.matmul(x1.astype("int32"), x2.astype("int32"))


def _lowered(context, x1, x2):
    (result,) = context.avals_out
    rank = len(result.shape)
    batch = list(range(rank - 2))
    numbers = (
        f"#stablehlo.dot<lhs_batching_dimensions = {batch}, rhs_batching_dimensions = {batch}, "
        f"lhs_contracting_dimensions = [{rank - 1}], rhs_contracting_dimensions = [{rank - 2}]>"
    )
    made = mlir.ir.Operation.create(
        "stablehlo.dot_general",
        results=[mlir.ir.RankedTensorType.get(result.shape, mlir.dtype_to_ir_type(result.dtype))],
        operands=[x1, x2],
        attributes={"dot_dimension_numbers": mlir.ir.Attribute.parse(numbers)},
    )
    return made.results


def _batched(operands, axes):
    return jax.vmap(_widened, axes)(*operands), 0


_mixed = Primitive("product_of_unsigned_and_signed_bytes")
_mixed.def_abstract_eval(lambda x1, x2: jax.core.ShapedArray((*x1.shape[:-1], x2.shape[-1]), jnp.dtype("int32")))
_mixed.def_impl(_widened)
batching.primitive_batchers[_mixed] = _batched
mlir.register_lowering(_mixed, mlir.lower_fun(_widened, multiple_results=False))
mlir.register_lowering(_mixed, _lowered, platform="cpu")
