"""Which loss is computed from which outputs, where `compile` got a structure of losses."""

from typing import Any, NamedTuple

from keras.src import tree
from keras.src.trainers.output_routing import children_of, entry_of, is_container


class Term(NamedTuple):
    """A loss, and the outputs that it is computed from.

    Attributes:
        loss: What the user gave for it.
        factor: Its weight, or `None`.
        start: Index of its first output, in flat order.
        node: The part of the structure of the outputs that it takes: `0` for a single one.
        path: Keys to that part.
    """

    loss: Any
    factor: Any
    start: int
    node: Any
    path: tuple

    @property
    def is_of_one_output(self):
        """Whether it takes one output, and not a structure of several."""
        return not is_container(self.node)

    def part_of(self, values):
        """What it takes of a list with an entry for each output."""
        if self.is_of_one_output:
            return values[self.start]
        return tree.pack_sequence_as(self.node, values[self.start : self.start + len(tree.flatten(self.node))])


def terms_of(loss, weights, outputs):
    """The terms of the sum that is lowered.

    A single loss is that of each output. A structure follows that of the outputs; where an entry of it meets a part of
    the outputs that has parts itself, it takes all of that part. A list that does not follow the outputs holds
    losses of which each fits all of them.

    Args:
        loss: Loss, its name or a function, or a structure of them.
        weights: `None`, a number, a structure like that of `loss`, or one with a number for each output.
        outputs: `Outputs`.
    """
    if not is_container(loss):
        return [
            Term(loss, factor, index, 0, outputs.paths[index])
            for index, factor in enumerate(_factor_of_each(weights, outputs))
        ]
    walk = _Walk(outputs)
    with outputs.explaining(loss, "loss"):
        terms = list(walk.terms(loss, None, outputs.structure))
    if is_container(weights) and not _is_alike(weights, loss):
        factors = _factor_of_each(weights, outputs)
        return [term._replace(factor=factors[term.start]) for term in terms]
    with outputs.explaining(weights, "loss_weights"):
        return list(walk.terms(loss, weights, outputs.structure))


def _factor_of_each(weights, outputs):
    if not is_container(weights):
        return [weights] * outputs.count
    return outputs.align(weights, "loss_weights", partial=True)


def _is_alike(weights, loss):
    if isinstance(loss, dict) or isinstance(weights, dict):
        return isinstance(loss, dict) and isinstance(weights, dict)
    return len(weights) == len(loss)


class _Walk:
    def __init__(self, outputs):
        self._outputs = outputs
        self._names = outputs.given_names or [None] * outputs.count

    def terms(self, loss, weights, node, start=0, path=()):
        """Terms of `loss` on the outputs below `node`, whose first one has the index `start`."""
        if not isinstance(loss, dict):
            node, path = _without_shell(node, path)
        if loss is None:
            return
        if not is_container(loss):
            yield Term(loss, weights, start, node, path)
        elif is_container(node) and self._follows(loss, node, start):
            yield from self._of_children(loss, weights, node, start, path)
        elif isinstance(loss, dict):
            name = self._names[start]
            factor = entry_of(weights, name) if isinstance(weights, dict) else weights
            yield from self.terms(entry_of(loss, name), factor, node, start, path)
        else:
            for entry, factor in zip(loss, self._spread(weights, len(loss))):
                yield from self.terms(entry, factor, node, start, path)

    def _of_children(self, loss, weights, node, start, path):
        places, names = self._places(node, start), self._names_below(node, start)
        given = dict(zip(places, children_of(loss, node, names)))
        factors = dict.fromkeys(places, weights)
        if is_container(weights):
            factors = dict(zip(places, children_of(weights, node, names)))
        for key in _in_order_of(loss, places, names):
            yield from self.terms(given[key], factors[key], node[key], places[key], (*path, key))

    def _follows(self, loss, node, start):
        """Whether the entries of `loss` are for the parts of `node`, one for each, and not each for all of it."""
        if isinstance(loss, dict) or type(loss) is type(node):
            return True
        if len(loss) != len(node):
            return False
        names = set(self._names_below(node, start))
        parts = [node[key] for key in self._places(node, start)]
        return not any(
            _fits(entry, node, names) and not _fits(entry, part, ()) for entry, part in zip(loss, parts, strict=True)
        )

    def _places(self, node, start):
        """Dict from the keys of a node, in flat order, to the indices of their first outputs."""
        places = {}
        for key in sorted(node, key=str) if isinstance(node, dict) else range(len(node)):
            places[key] = start
            start += len(tree.flatten(node[key]))
        return places

    def _names_below(self, node, start):
        return self._names[start : start + len(tree.flatten(node))]

    def _spread(self, weights, count):
        if not is_container(weights):
            return [weights] * count
        if isinstance(weights, dict) or len(weights) != count:
            raise ValueError(
                f"`loss_weights` must have the structure of `loss`, with {count} entries here. Received: "
                f"loss_weights={weights!r}"
            )
        return weights


def _without_shell(node, path):
    """A single output out of the containers around it."""
    while is_container(node) and len(tree.flatten(node)) == 1:
        (key,) = node if isinstance(node, dict) else (0,)
        node, path = node[key], (*path, key)
    return node, path


def _fits(entry, node, names):
    """Whether a structure of losses looks like a part of the outputs."""
    if isinstance(entry, dict):
        return set(entry) <= (set(node) if isinstance(node, dict) else set(names))
    return isinstance(entry, tuple) and isinstance(node, tuple) and len(entry) == len(node)


def _in_order_of(loss, places, names):
    """Keys of the parts in the order in which a dict of losses names them."""
    if not isinstance(loss, dict):
        return list(places)
    ranks = {key: rank for rank, key in enumerate(loss)}
    of_names = dict(zip(places, names)) if len(names) == len(places) else {}
    return sorted(places, key=lambda key: ranks.get(key, ranks.get(of_names.get(key), len(ranks))))
