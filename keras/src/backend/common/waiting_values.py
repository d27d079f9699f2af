"""Values that a file is about to replace: what would be drawn for them is drawn only if somebody reads it before."""

import weakref

from keras.src.backend.common.global_state import STATE


class ValuesMayWait:
    """Context in which new variables wait for their values, where an initializer draws the same at any time.

    Whoever reads such a variable finds the value that it would have had from the start; `assign` replaces what was never
    drawn. Where the scope is left as it should, the variables that nobody has read or assigned get their values.
    """

    def __enter__(self):
        self._variables = []
        self._outer, STATE.waiting_values = STATE.waiting_values, self
        return self

    def add(self, variable):
        """Lets a variable without a value wait."""
        self._variables.append(weakref.ref(variable))

    def __exit__(self, kind, *exception):
        STATE.waiting_values = self._outer
        for reference in self._variables if kind is None else ():
            variable = reference()
            if variable is not None and variable._value is None:
                variable._deferred_initialize()
