"""What is done to gradients before they update anything, and updates that depend on a condition."""

from keras.src import backend, ops
from keras.src.utils.warning_utils import warn


def dense(grads, combined=True):
    """Gradients as dense tensors: those of embeddings are sparse on some engines.

    Args:
        grads: List of gradients.
        combined: Whether they become those of what all replicas compute, where a step runs once for each of several devices.
    """
    if backend.SUPPORTS_SPARSE_TENSORS:
        grads = [g if isinstance(g, backend.TENSOR_TYPES) else ops.convert_to_tensor(g, sparse=False) for g in grads]
    combine = backend.optimizer.combined_gradients if combined else None
    return grads if combine is None else combine(grads)


def present(grads, variables):
    """Leaves out the variables that have no gradient.

    Returns:
        Tuple of two lists, the gradients and their variables.

    Raises:
        ValueError: There is no gradient at all.
    """
    if all([gradient is not None for gradient in grads]):
        return grads, variables
    missing = [variable.path for gradient, variable in zip(grads, variables) if gradient is None]
    if len(missing) == len(grads):
        raise ValueError(
            f"There is no gradient for any variable, of {missing}: does the loss depend on them, and was it computed "
            "where gradients are recorded?"
        )
    warn(
        f"The loss does not depend on the variables {missing}: they have no gradient and stay as they are. Is a `loss` "
        "missing in `compile()`?",
    )
    pairs = [(g, v) for g, v in zip(grads, variables) if g is not None]
    return [g for g, _ in pairs], [v for _, v in pairs]


def clip_by_norm(gradient, norm):
    """Scales a gradient down to at most this norm."""
    return ops.multiply(gradient, _shrinking(ops.sum(ops.square(gradient)), norm))


def clip_by_global_norm(grads, norm):
    """Scales gradients down together to at most this norm."""
    squared = [ops.cast(ops.sum(ops.square(gradient)), "float32") for gradient in grads]
    factor = _shrinking(ops.sum(ops.stack(squared)), norm)
    return [ops.multiply(gradient, ops.cast(factor, gradient.dtype)) for gradient in grads]


def _shrinking(squared, norm):
    """By which a gradient of this squared length is to be multiplied."""
    length = ops.sqrt(squared)
    return ops.divide(norm, ops.maximum(length, norm))


def assign_in_branch(predicate, true_branch, false_branch, variables):
    """Runs one of two functions that assign to variables, also where the predicate is known only in compiled code.

    Args:
        predicate: Scalar bool tensor.
        true_branch: Function without arguments.
        false_branch: Function without arguments.
        variables: List of the variables that either may assign to.
    """

    def outcome(branch):
        # What a branch assigns is a result of the condition: a traced branch must have no side effects.
        with backend.StatelessScope(state_mapping=[(v, v.value) for v in variables]) as scope:
            branch()
        return [scope.get_current_value(v) for v in variables]

    if backend.core.cond_must_be_pure():
        outcomes = zip(outcome(true_branch), outcome(false_branch))
        values = [ops.where(predicate, *both) for both in outcomes]
    else:
        values = ops.cond(predicate, lambda: outcome(true_branch), lambda: outcome(false_branch))
    for variable, value in zip(variables, values):
        variable.assign(value)
