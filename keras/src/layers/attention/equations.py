"""Equations of products in attention, for other libraries that compute with `einsum`."""

import string


def _build_attention_equation(rank, attn_axes):
    """The equations of scores and of their sums.

    Args:
        rank: Rank of the projected queries: the batch, other axes, heads, features.
        attn_axes: Axes along which places look at each other.

    Returns:
        Tuple: equation of the scores, from keys and queries; of the outputs, from scores and values; rank of the scores.
    """
    target, fresh = string.ascii_lowercase[:rank], iter(string.ascii_lowercase[rank:])
    source = "".join(next(fresh) if axis in attn_axes else letter for axis, letter in enumerate(target))
    kept = "".join(letter for axis, letter in enumerate(target[:-1]) if axis not in attn_axes)
    looking, looked_at = ("".join(term[axis] for axis in attn_axes) for term in (target, source))
    scores = kept + looking + looked_at
    return f"{source},{target}->{scores}", f"{scores},{source}->{target}", len(scores)


def _build_proj_equation(free_dims, bound_dims, output_dims):
    """The equation of a projection.

    Args:
        free_dims: Number of axes that are left as they are.
        bound_dims: Number of axes that are summed over.
        output_dims: Number of axes that the kernel adds.

    Returns:
        Tuple: equation, letters of the axes of the bias, rank of the outputs.
    """
    letters = iter(string.ascii_lowercase)
    free, bound, made = ("".join(next(letters) for _ in range(n)) for n in (free_dims, bound_dims, output_dims))
    return f"{free}{bound},{bound}{made}->{free}{made}", made, len(free + made)
