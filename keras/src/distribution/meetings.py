"""What the first process of a job does for all of them: the others wait for it, and it for them only where it needs them.

Where a process stays away, which would otherwise be waited for without end, an error says so.
"""

import collections
import contextlib
import os
import time

from keras.src import backend
from keras.src.backend.common.liveness import farewell, timeout_of
from keras.src.distribution.processes import are_several, is_chief, moment, wait_for_all
from keras.src.utils.warning_utils import warn

# Seconds that processes are waited for, where nobody sets a limit; and those after which a warning says for whom.
_LIMIT, _PATIENCE = 300, 20
# Seconds between two looks at whether a process has ended.
_LOOK = 1
_held = collections.Counter()


@contextlib.contextmanager
def led_by_chief(name, needs_all):
    """Context in which the first process does something for all, which is done when the others leave the context.

    Args:
        name: What is done, in words.
        needs_all: Whether all take part. Else the first process may also do it alone.

    Raises:
        RuntimeError: A process that takes part stays away.
    """
    if not are_several():
        yield
    elif backend.distribution.POSTS:
        meeting = Meeting(name)
        meeting.begin(needs_all)
        try:
            yield
        finally:
            meeting.end()
    else:
        yield
        wait_for_all()


class Meeting:
    """One that processes come to, by words that they tell each other.

    Args:
        name: What is done there, in words.
    """

    def __init__(self, name):
        at = moment()
        _held.update([(name, at)])
        self._name = name
        # The first process may have met nobody at other moments: they do not count.
        self._word = f"keras/{name}/{at}/{_held[name, at]}"
        self._process = backend.distribution.process_id()

    def begin(self, needs_all):
        """Comes, and waits for those who are needed."""
        backend.distribution.post(f"{self._word}/come/{self._process}")
        needed = range(backend.distribution.num_processes()) if needs_all else [0]
        for process in needed if needs_all or not is_chief() else ():
            if process != self._process:
                self._wait(process, f"{self._word}/come/{process}", timeout_of(os.environ) or _LIMIT)

    def end(self):
        """Leaves when the first process has done what is to be done."""
        if is_chief():
            backend.distribution.post(f"{self._word}/done")
        else:
            self._wait(0, f"{self._word}/done", float("inf"))

    def _wait(self, process, word, limit):
        begun, has_warned = time.monotonic(), False
        while not backend.distribution.is_posted(word, _LOOK):
            waited = time.monotonic() - begun
            has_ended = backend.distribution.is_posted(farewell(process), 0)
            if has_ended or waited > limit:
                raise RuntimeError(
                    f"All processes of a job must {self._name}, as its processes hold parts of the model: call it in each "
                    f"of them, and not only where `rank == 0`; the first one writes. Process {self._process} has waited "
                    f"{waited:.0f} seconds for process {process}, which {'has ended' if has_ended else 'did not come'}."
                )
            if waited > _PATIENCE and not has_warned and limit < float("inf"):
                has_warned = True
                warn(
                    f"Process {self._process} waits for process {process} in order to {self._name}: all processes of a job "
                    "must do so."
                )
