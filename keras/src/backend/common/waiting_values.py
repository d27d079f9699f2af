"""Values that wait: what an initializer draws alike at any time is drawn when somebody asks for it, or never.

While a file is loaded, all such values wait for what the file has in their place. Large ones always do: to draw them costs
more than all else that building a model does, and a file or `set_weights` may well replace them. So do small constants of an
engine that takes arrays of the host as the state of a compiled step, which costs less than making its own one by one.
"""

import concurrent.futures
import contextlib
import copy
import math
import threading
import weakref

from keras.src.backend.common import running
from keras.src.backend.common.dtypes import is_float_dtype
from keras.src.backend.common.global_state import STATE

LARGE = 2**16
"""Numbers that take longer to draw than to let wait."""
_changing = threading.RLock()
"""Held by the thread that gives a variable that waits its value."""


def filled_with(element):
    """Decorator for `__call__` of an initializer that gives every element this number; overrides are not marked."""

    def marked(call):
        call.element = element
        return call

    return marked


def element_of(initializer):
    """The number that an initializer gives every element, or `None`."""
    return getattr(type(initializer).__call__, "element", None)


class Waiting:
    """The part of a variable that may wait: it has no attribute `_value` until somebody asks for that.

    An engine whose `CONSTANTS_WAIT` is true defines `_filled(element)`, an array of the host, and `_tensor_of(array)`, which copies it.
    """

    CONSTANTS_WAIT = False

    def _may_wait(self, initializer):
        """Whether the first value need not be drawn now."""
        if self._waits_as_constant(initializer):
            return True
        if not getattr(initializer, "draws_alike", False):
            return False
        undivided = self._layout is None and self._distribution is None
        if not (undivided or running.engine.distribution.VALUES_MAY_WAIT):
            return False
        return STATE.waiting_values is not None or self._waits_for_first_use()

    def _waits_as_constant(self, initializer):
        """Whether this is a small constant that waits whatever goes on: on one device, outside of graphs."""
        return (
            self.CONSTANTS_WAIT
            and element_of(initializer) is not None
            and self._layout is None
            and STATE.distribution is None
            and math.prod(self._shape) < LARGE
            and running.engine.values_may_wait()
        )

    def _waits_for_first_use(self):
        """Whether this value waits even where no file is loaded."""
        return math.prod(self._shape) >= LARGE and is_float_dtype(self._dtype) and running.engine.values_may_wait()

    def _wait(self, initializer):
        is_constant = element_of(initializer) is not None
        # A copy: the initializer may be changed, or moved to another device, before the value is drawn. What a constant
        # is stands in its class.
        self._initializer = initializer if is_constant else copy.copy(initializer)
        self._home = running.engine.get_device()
        if STATE.waiting_values is not None and not is_constant:
            STATE.waiting_values.add(self)
        del self._value

    def _waits(self):
        return "_value" not in self.__dict__

    def _holds_value(self):
        """Whether there is a value now: it neither waits nor is deferred."""
        return self.__dict__.get("_value") is not None

    def __getattr__(self, name):
        # Python asks here for what is not there.
        if name != "_value" or "_home" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        with _changing:
            if self._waits():
                self._draw()
        return self.__dict__["_value"]

    def _constant(self):
        """The array of the host that a variable waits for, or `None` where it waits for no constant, or not any more."""
        initializer = self._initializer
        # One that was made by an engine may be drawn by another, as in workers for data.
        element = element_of(initializer) if self.CONSTANTS_WAIT and self._waits() else None
        return None if element is None else self._filled(element)

    def _draw(self):
        """Makes the value that the variable would have had from the start.

        It does so in a thread of its own, in which nothing is traced and no scope is open.
        """
        constant = self._constant()
        if constant is not None:
            with running.engine.outside_of_graphs(), self._at_home():
                self._hold(self._tensor_of(constant))
            return
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(self._draw_at_home).result()

    def _draw_at_home(self):
        with self._at_home():
            self._initialize_with_initializer(self._initializer)
        self._initializer = None

    def _at_home(self):
        """Context in which values are made on the device on which the variable was made."""
        elsewhere = self._home != running.engine.get_device()
        return running.engine.device_scope(self._home) if elsewhere else contextlib.nullcontext()

    def settle(self):
        """Gives the variable the value that it waits for, before somebody looks at it as it is held."""
        return self._value

    def _put(self, value):
        """Makes a tensor the value, also where there was none yet."""
        if self._waits():
            with _changing:
                if self._waits():
                    self._start_with(value)
                    return
        if self._value is None:
            self._start_with(value)
        else:
            self._direct_assign(value)

    def _hold(self, value):
        """Makes the value a tensor that nobody else holds; what the variable may wait for is forgotten."""
        if not self._waits():
            self._value = value
            return
        with _changing:
            self._value, self._initializer = value, None

    def _start_with(self, value):
        self._initialize(value)
        self._initializer = None


class ValuesMayWait:
    """Context in which new variables wait for their values, where an initializer draws the same at any time.

    Whoever reads such a variable finds the value that it would have had from the start; `assign` replaces what was never
    drawn. Where the scope is left as it should, the variables that nobody has read or assigned get their values, but for
    those that wait for their first use.
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
            if variable is not None and not variable._waits_for_first_use():
                variable.settle()
