"""Ctrl-C that leaves no step half done."""

import contextlib
import signal
import threading


class Interrupts:
    """Context in which Ctrl-C waits until the step that runs is done; pressed twice, it interrupts at once.

    Between `hold()` and `release()` an interruption is noted, and raised by `release()`, or when the context is left.

    Args:
        wait: Whether it does so; otherwise nothing is changed.
    """

    def __init__(self, wait=True):
        self._wait = wait
        self._held = False
        self._pending = False
        self._previous = None

    def __enter__(self):
        in_main = self._wait and threading.current_thread() is threading.main_thread()
        if in_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._previous = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *exception):
        if self._previous is not None:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None
        self.release()

    def _on_signal(self, number, frame):
        if self._held and not self._pending:
            self._pending = True
            return
        self._pending = False
        raise KeyboardInterrupt

    def hold(self):
        self._held = True

    @contextlib.contextmanager
    def held_afterwards(self):
        """Context after which interruptions are noted until the outer context is left."""
        try:
            yield
        finally:
            self.hold()

    def release(self):
        self._held = False
        if self._pending:
            self._pending = False
            raise KeyboardInterrupt
