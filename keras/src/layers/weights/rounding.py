"""Matrices rounded to few bits in groups of inputs: to the nearest code, by GPTQ, and by AWQ. All in NumPy.

- [GPTQ: Accurate Post-Training Quantization for Generative Pre-trained Transformers](https://arxiv.org/abs/2210.17323)
- [AWQ: Activation-aware Weight Quantization](https://arxiv.org/abs/2306.00978)

A matrix is `(outputs, inputs)`. What is known of the data is the sum of the products of all pairs of inputs, `(inputs,
inputs)`, the Hessian of the squared error up to a factor, and the mean size of each input.
"""

import dataclasses

import numpy as np

# Columns after which GPTQ brings the rest of the matrix up to date.
STRIDE = 128

# Parts of the range of a group that AWQ tries: what lies outside is clipped.
PARTS_OF_RANGE = np.linspace(1.2, 0.5, 41, dtype="float32")
# How often each group is looked at again, since errors of groups add up in the outputs.
SWEEPS = 4


@dataclasses.dataclass
class Rounded:
    """A matrix as codes: `(codes - zero) * scale`, divided by `scale_of_inputs`.

    Args:
        codes: uint8, `(outputs, inputs)`.
        scale: `(outputs, groups)`.
        zero: uint8, `(outputs, groups)`.
        groups: The group of each input, `(inputs,)`.
        scale_of_inputs: What each input's column was multiplied with, `(inputs,)`.
    """

    codes: np.ndarray
    scale: np.ndarray
    zero: np.ndarray
    groups: np.ndarray
    scale_of_inputs: np.ndarray

    def matrix(self):
        """The matrix that the codes stand for."""
        scale, zero = self.scale[:, self.groups], self.zero[:, self.groups].astype("float32")
        return (self.codes - zero) * scale / self.scale_of_inputs


class Grid:
    """Which codes there are, and how scales and zero points follow from the weights of a group.

    Args:
        config: A `GPTQConfig` or `AWQConfig`.
    """

    def __init__(self, config):
        self.largest = 2**config.weight_bits - 1
        self.symmetric = getattr(config, "symmetric", False)
        self.per_channel = getattr(config, "per_channel", True)

    def fitted(self, weights):
        """Scale and zero point for each row, `(rows, 1)`. The range has 0 in it, so that zero points are codes."""
        axis = 1 if self.per_channel else None
        low = np.minimum(weights.min(axis, keepdims=True), 0)
        high = np.maximum(weights.max(axis, keepdims=True), 0)
        if self.symmetric:
            high = np.maximum(high, -low)
            low = -high
        scale = (high - low) / self.largest
        scale = np.where(scale > 0, scale, 1).astype("float32")
        middle = (self.largest + 1) / 2
        zero = np.full_like(scale, middle) if self.symmetric else np.clip(np.round(-low / scale), 0, self.largest)
        rows = (weights.shape[0], 1)
        return np.broadcast_to(scale, rows), np.broadcast_to(zero, rows)

    def codes(self, weights, scale, zero):
        """The nearest codes."""
        return np.clip(np.round(weights / scale) + zero, 0, self.largest)


def group_size(config, inputs):
    """How many inputs share a scale."""
    return inputs if config.group_size == -1 else config.group_size


def nearest(matrix, config, scale_of_inputs=None, grid=None):
    """Rounds each number by itself; `scale_of_inputs` multiplies the columns before."""
    inputs = matrix.shape[1]
    if scale_of_inputs is None:
        scale_of_inputs = np.ones(inputs, "float32")
    grid, matrix = grid or Grid(config), matrix * scale_of_inputs
    size = group_size(config, inputs)
    parts = [matrix[:, start : start + size] for start in range(0, inputs, size)]
    fits = [grid.fitted(part) for part in parts]
    codes = [grid.codes(part, *fit) for part, fit in zip(parts, fits)]
    return _rounded(codes, fits, np.arange(inputs) // size, scale_of_inputs)


def _rounded(codes, fits, groups, scale_of_inputs):
    scale, zero = (np.concatenate(parts, axis=1) for parts in zip(*fits))
    codes = np.concatenate(codes, axis=1)
    return Rounded(codes.astype("uint8"), scale, zero.astype("uint8"), groups, scale_of_inputs)


def gptq(matrix, hessian, config):
    """Rounds the columns one after the other; those still to come make up for the error of each.

    Args:
        matrix: `(outputs, inputs)`.
        hessian: `(inputs, inputs)`.
        config: `GPTQConfig`.

    Returns:
        A `Rounded`.
    """
    inputs = matrix.shape[1]
    order = np.arange(inputs)
    if config.activation_order:
        order = np.argsort(-np.diag(hessian), kind="stable")
    factors = _factors(hessian[np.ix_(order, order)], config.hessian_damping)
    codes, fits = _rounded_in_turn(matrix[:, order].astype("float64"), factors, config)
    back = np.argsort(order, kind="stable")
    groups = (np.arange(inputs) // group_size(config, inputs))[back]
    return _rounded([codes[:, back]], fits, groups, np.ones(inputs, "float32"))


def _factors(hessian, damping):
    """The upper Cholesky factor of the inverse of the damped Hessian."""
    hessian = hessian.astype("float64")
    diagonal = np.diag(hessian)
    unused = np.diag(np.where(diagonal == 0, 1.0, 0.0))
    # Rounding of the sums may leave a matrix that is not quite positive: more damping mends it.
    mean = diagonal.mean() or 1.0
    for part in (max(damping, 1e-8), 0.01, 0.1, 1.0):
        damped = hessian + unused + part * mean * np.eye(len(hessian))
        try:
            np.linalg.cholesky(damped)
            return np.linalg.cholesky(np.linalg.inv(damped)).T
        except np.linalg.LinAlgError:
            continue
    raise ValueError("The calibration data have inputs that are not finite, so that weights cannot be rounded by them.")


def _rounded_in_turn(matrix, factors, config):
    inputs, grid = matrix.shape[1], Grid(config)
    size = group_size(config, inputs)
    codes, fits = np.empty_like(matrix), []
    stride = size if size < STRIDE else STRIDE
    for start in range(0, inputs, size):
        fits.append(grid.fitted(matrix[:, start : start + size]))
        for first in range(start, min(start + size, inputs), stride):
            last = min(first + stride, start + size, inputs)
            errors = _round_columns(matrix, codes, factors, (first, last), grid, fits[-1])
            matrix[:, last:] -= errors @ factors[first:last, last:]
    return codes, fits


def _round_columns(matrix, codes, factors, span, grid, fit):
    """Rounds columns, and corrects those behind them within the span; returns what corrects the others."""
    first, last = span
    errors = np.empty((len(matrix), last - first))
    scale, zero = (x[:, 0] for x in fit)
    for column in range(first, last):
        weights = matrix[:, column]
        codes[:, column] = grid.codes(weights, scale, zero)
        error = (weights - (codes[:, column] - zero) * scale) / factors[column, column]
        matrix[:, column:last] -= np.outer(error, factors[column, column:last])
        errors[:, column - first] = error
    return errors


def awq(matrix, hessian, size_of_inputs, config):
    """Multiplies the columns of large inputs, so that these are rounded more finely.

    Args:
        matrix: `(outputs, inputs)`.
        hessian: `(inputs, inputs)`.
        size_of_inputs: Mean absolute value of each input.
        config: `AWQConfig`; the exponents tried are `num_grid_points` from 0 on, below 1.

    Returns:
        The `Rounded` with the least squared error of outputs.
    """
    best, least = None, np.inf
    size_of_inputs = np.maximum(size_of_inputs, 1e-4)
    for step in range(config.num_grid_points):
        scale = size_of_inputs ** (step / config.num_grid_points)
        scale = (scale / np.sqrt(scale.max() * scale.min())).astype("float32")
        rounded = nearest(matrix, config, scale)
        error = squared_error(matrix, rounded, hessian)
        if error < least:
            best, least = rounded, error
    if best is None:
        raise ValueError(
            "The calibration data have inputs that are not finite, so that no scales can be found by them."
        )
    clipped = _clipped(matrix, hessian, config, best.scale_of_inputs)
    return clipped if squared_error(matrix, clipped, hessian) < least else best


def _clipped(matrix, hessian, config, scale_of_inputs):
    """Rounds to the codes of the range, for each group of each output, that gives the least squared error of the output."""
    inputs = matrix.shape[1]
    size, grid = group_size(config, inputs), Grid(config)
    matrix, hessian = matrix * scale_of_inputs, hessian / np.outer(scale_of_inputs, scale_of_inputs)
    spans = [slice(start, start + size) for start in range(0, inputs, size)]
    fits = [grid.fitted(matrix[:, span]) for span in spans]
    off = np.concatenate([_off(grid, matrix[:, span], fit) for span, fit in zip(spans, fits)], axis=1)
    for _ in range(SWEEPS):
        for number, span in enumerate(spans):
            others = off @ hessian[:, span] - off[:, span] @ hessian[span, span]
            fits[number] = _best_fit(grid, matrix[:, span], hessian[span, span], others)
            off[:, span] = _off(grid, matrix[:, span], fits[number])
    codes = [grid.codes(matrix[:, span], *fit) for span, fit in zip(spans, fits)]
    return _rounded(codes, fits, np.arange(inputs) // size, scale_of_inputs)


def _off(grid, weights, fit):
    """How far rounded weights are off."""
    scale, zero = fit
    return (grid.codes(weights, scale, zero) - zero) * scale - weights


def _best_fit(grid, weights, hessian, others):
    """Scales and zero points for the part of the range of each row that gives it the least error.

    Args:
        grid: The `Grid`.
        weights: `(outputs, members of the group)`.
        hessian: That of the group's inputs.
        others: What the errors of the other groups weigh with each member.
    """
    least, best = np.inf, grid.fitted(weights)
    for part in PARTS_OF_RANGE:
        fit = grid.fitted(weights * part)
        off = _off(grid, weights, fit)
        error = np.sum((off @ hessian + 2 * others) * off, axis=1, keepdims=True)
        best = [np.where(error < least, new, old) for new, old in zip(fit, best)]
        least = np.minimum(error, least)
    return best


def squared_error(matrix, rounded, hessian):
    """The squared error of the outputs over the data that the Hessian was made of."""
    difference = rounded.matrix() - matrix
    return float(np.sum((difference @ hessian) * difference))
