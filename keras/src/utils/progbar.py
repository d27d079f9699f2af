"""A progress bar of one line."""

import math
import shutil
import time

import numpy as np

from keras.src.api_export import keras_export
from keras.src.utils import io_utils

_BOLD, _GREEN, _GREY, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"
_CELL = "\u2501"
# Cells of the shortest bar.
_LEAST_WIDTH = 5


@keras_export("keras.utils.Progbar")
class Progbar:
    """Shows how far a loop has come: steps, a bar, the time per step, the time left, and values.

    In a terminal or a notebook the line is redrawn in place, never wider than the terminal; elsewhere one plain line is
    written at the end (with `interval=0`, one for each update), without control characters.

    Args:
        target: Number of steps that are expected, or `None` where it is unknown.
        width: Width of the bar in characters.
        verbose: 0 is silent, 1 a bar, 2 one line when it ends.
        interval: Least time between two redraws, in seconds.
        stateful_metrics: Names of values that are shown as they come; others are averaged over steps.
        stateless_metrics: Names of the values that are averaged over steps, as another way to say the same.
        unit_name: What a step is called.

    Example:

    >>> bar = keras.utils.Progbar(3, verbose=0)
    >>> for step in range(3):
    ...     bar.update(step + 1, values=[("loss", 0.5)])
    """

    def __init__(
        self,
        target,
        width=20,
        verbose=1,
        interval=0.05,
        stateful_metrics=None,
        stateless_metrics=None,
        unit_name="step",
    ):
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "`stateful_metrics` and `stateless_metrics` say the same: pass one of them. Received: "
                f"stateful_metrics={stateful_metrics}, stateless_metrics={stateless_metrics}"
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics or ())
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._dynamic_display = io_utils.redraws_in_place()
        self._sums = {}
        self._seen = 0
        self._start = time.time()
        self._first = None
        self._last_draw = 0.0
        self._drawn_width = 0

    def due(self, current):
        """Whether an update at this step would draw, so that it is worth to fetch values; notes the step in any
        case."""
        self._note(current)
        if self.verbose != 1 or not self._draws_between():
            return False
        return time.time() - self._last_draw >= self.interval

    def _note(self, current):
        if self._first is None and current > 0:
            self._first = (time.time(), current)

    def update(self, current, values=None, finalize=None):
        """Moves the bar to a step.

        Args:
            current: Number of steps done.
            values: List of pairs `(name, value)`.
            finalize: Whether this is the last update; by default, whether `current` has reached the target.
        """
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        self._take(current, values or (), finalize)
        self._note(current)
        now = time.time()
        if self.verbose == 1:
            self._draw(current, now, finalize)
        elif self.verbose == 2 and finalize:
            self._write(self._counter(current, plain=True) + self._timing(current, now, True, " - ") + self._values())

    def add(self, n, values=None):
        """Moves the bar on by `n` steps; `values` is a list of pairs `(name, value)`."""
        self.update(self._seen + n, values)

    def _take(self, current, values, finalize):
        steps = max(current - self._seen, 1)
        for name, value in values:
            if finalize or self._is_stateful(name):
                self._sums[name] = (value, 1)
            else:
                total, count = self._sums.get(name, (0, 0))
                self._sums[name] = (total + value * steps, count + steps)
        self._seen = current

    def _is_stateful(self, name):
        return name in self.stateful_metrics or (
            self.stateless_metrics is not None and name not in self.stateless_metrics
        )

    def _draws_between(self):
        """Whether updates before the last one draw: in place, or as lines of their own where no interval is wanted."""
        return self._dynamic_display or self.interval <= 0

    def _draw(self, current, now, finalize):
        if not finalize and (now - self._last_draw < self.interval or not self._draws_between()):
            return
        self._last_draw = now
        plain = not self._dynamic_display
        if plain:
            self._write(
                self._counter(current, True)
                + self._bar(current, True, self.width)
                + self._timing(current, now, finalize, " ")
                + self._values()
            )
            return
        text, visible = self._fitted(current, now, finalize, shutil.get_terminal_size().columns - 1)
        # What was longer before is overwritten by blanks.
        padding = " " * max(self._drawn_width - visible, 0)
        self._drawn_width = visible
        io_utils.print_msg("\r" + text + padding, line_break=finalize)

    def _fitted(self, current, now, finalize, columns):
        """The line and its visible length: a shorter bar, then cut values, where the terminal is narrow."""
        counter = self._counter(current, plain=True)
        timing = self._timing(current, now, finalize, " ")
        values = self._values()
        room = columns - len(counter) - len(timing) - len(values)
        bar_width = min(self.width, max(room - 1, _LEAST_WIDTH))
        bar = self._bar(current, True, bar_width)
        if len(counter + bar + timing) > columns:
            bar, bar_width = "", 0
        values = values[: max(columns - len(counter + bar + timing), 0)]
        if len(counter + timing) > columns:
            text = (counter + timing)[: max(columns, 1)]
            return text, len(text)
        styled = self._counter(current, False) + (self._bar(current, False, bar_width) if bar else "")
        styled += self._timing(current, now, finalize, " ", bold=True) + values
        return styled, len(counter + bar + timing + values)

    def _write(self, line):
        io_utils.print_msg(line)

    def _counter(self, current, plain):
        if self.target is None:
            return f"{current:>7}/Unknown"
        text = f"{current:>{len(str(self.target))}}/{self.target}"
        return text if plain else f"{_BOLD}{text}{_PLAIN}"

    def _bar(self, current, plain, width):
        if self.target is None:
            return ""
        full = int(width * min(current / max(self.target, 1), 1.0))
        done, left = _CELL * full, _CELL * (width - full)
        if plain:
            return f" {done}{' ' * len(left)}"
        return f" {_GREEN}{done}{_PLAIN}{_GREY}{left}{_PLAIN}"

    def _timing(self, current, now, finalize, separator, bold=False):
        per_step = self._seconds_per_step(current, now)
        if finalize or self.target is None:
            shown = now - self._start
        else:
            shown = per_step * (self.target - current)
        clock = _clock(shown)
        clock = f"{_BOLD}{clock}{_PLAIN}" if bold else clock
        return f"{separator}{clock}{separator}{_duration(per_step)}/{self.unit_name}"

    def _seconds_per_step(self, current, now):
        # The first call compiles: it does not count as soon as there is another one.
        if self._first is not None and current > self._first[1]:
            since, steps = self._first
            return (now - since) / (current - steps)
        return (now - self._start) / max(current, 1)

    def _values(self):
        return "".join(_value(name, total, count) for name, (total, count) in self._sums.items())


def _value(name, total, count):
    mean = np.mean(np.asarray(total, dtype="float64")) / max(count, 1) if total is not None else None
    if mean is None:
        return f" - {name}: None"
    style = ".4f" if abs(mean) > 1e-3 or mean == 0 or math.isnan(mean) else ".4e"
    return f" - {name}: {mean:{style}}"


def _clock(seconds):
    seconds = int(seconds)
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds >= 60 else f"{seconds}s"


def _duration(seconds):
    if seconds >= 1 or seconds == 0:
        return f"{seconds:.0f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"
