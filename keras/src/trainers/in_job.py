"""What `fit`, `evaluate` and `predict` need around them in a job of several processes."""

import functools

from keras.src.backend.common.global_state import STATE
from keras.src.distribution.distribution_lib import DataParallel
from keras.src.distribution.processes import tells_of_lost


def in_job(method):
    """Decorator of a method of a trainer that all processes of a job call.

    It says in words that another process has ended; and where processes have met by means of the engine's own, with no
    distribution in force, the one that divides data is in force meanwhile.
    """

    @tells_of_lost
    @functools.wraps(method)
    def wrapper(self, *args, **kwargs):
        if STATE.distribution is None and self._engine.has_own_job():
            with DataParallel().scope():
                return method(self, *args, **kwargs)
        return method(self, *args, **kwargs)

    return wrapper
