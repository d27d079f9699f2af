"""Dropout that is the same in all steps of a sequence."""

from keras.src import ops
from keras.src.random import random


class DropoutRNNCell:
    """Mixin for cells: factors of dropout that are drawn once for a sequence.

    The cell has the attributes `dropout` and `recurrent_dropout`, rates from 0 to 1, and a `seed_generator`.
    """

    _gates = 1

    def get_dropout_mask(self, step_input):
        """The factors of the inputs while training, drawn once and kept until `reset_dropout_mask()`.

        Args:
            step_input: Tensor, the inputs of one step.

        Returns:
            Tensor like `step_input`, or a list of one for each gate; `None` without dropout.
        """
        return self._factors("_dropout_mask", step_input, self.dropout)

    def get_recurrent_dropout_mask(self, step_input):
        """The factors of the state while training, drawn once and kept until `reset_recurrent_dropout_mask()`.

        Args:
            step_input: Tensor, the first state.

        Returns:
            Tensor like `step_input`, or a list of one for each gate; `None` without dropout.
        """
        return self._factors("_recurrent_dropout_mask", step_input, self.recurrent_dropout)

    def _factors(self, name, like, rate):
        if rate == 0:
            return None
        if self.__dict__.get(name) is None:
            masks = [random.dropout(ops.ones_like(like), rate, seed=self.seed_generator) for _ in range(self._gates)]
            self.__dict__[name] = masks if self._gates > 1 else masks[0]
        return self.__dict__[name]

    def reset_dropout_mask(self):
        """Forgets the factors of the inputs; those of the next call are drawn anew."""
        self.__dict__["_dropout_mask"] = None

    def reset_recurrent_dropout_mask(self):
        """Forgets the factors of the state; those of the next call are drawn anew."""
        self.__dict__["_recurrent_dropout_mask"] = None
