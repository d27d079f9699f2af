"""Profiles some batches of a training by the profiler of the engine."""

import os

from keras.src import backend


class Profile:
    """The batches that are to be profiled, and the profiler while it runs.

    Args:
        first: Number of the first batch.
        last: Number of the last one; 0 for none.
    """

    def __init__(self, first, last):
        self.first = max(first, 1)
        self.last = last
        # Whether batches must be watched, which holds up those engines that run many in one call.
        self.is_to_come = last > 0
        self._stop = None

    def begin(self, batch, folder):
        """To be called before the batch of a number: starts the profiler, if it is time."""
        if not self.is_to_come or self._stop is not None or batch < self.first:
            return
        os.makedirs(folder, exist_ok=True)
        try:
            self._stop = backend.trainer.start_profiler(folder)
        except Exception as error:
            error.add_note(f"The profiler for `profile_batch` could not start. The files were to be in {folder!r}.")
            raise

    def end(self, batch, logs):
        """To be called after the batch of a number, with its logs."""
        if self._stop is not None and batch >= self.last:
            # Engines run ahead: the batch is done when its results can be read.
            for value in logs.values():
                backend.convert_to_numpy(value)
            self.close()

    def close(self):
        """Ends the profiler, if it runs, and writes the files."""
        if self._stop is not None:
            stop, self._stop, self.is_to_come = self._stop, None, False
            stop()
