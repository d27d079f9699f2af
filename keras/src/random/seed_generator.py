"""`SeedGenerator`: the state from which random operations draw their seeds."""

import random as python_random
import threading

import numpy as np

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend import door
from keras.src.backend.common import global_state, workers
from keras.src.utils.naming import auto_name

GLOBAL_GENERATOR = "global_seed_generator"
_GLOBAL_SEED = "global_random_seed"
_drawing = [threading.RLock()]
"""Held while a stream advances: threads, as loaders of data have them, must not draw one seed twice."""


@workers.on_start
def _draw_anew():
    """In a forked process nobody is left to give back a lock that another thread held."""
    _drawing[0] = threading.RLock()


@keras_export("keras.random.SeedGenerator")
class SeedGenerator:
    """A stream of seeds: two words, the second of which counts the draws.

    The stream is the same on all backends; the numbers that an engine makes of a seed are its own.

    Args:
        seed: Integer. By default one is taken from `keras.utils.set_random_seed`, else at random.
        name: String.

    Example:

    >>> generator = keras.random.SeedGenerator(seed=42)
    >>> x = keras.random.normal((2, 3), seed=generator)
    """

    def __init__(self, seed=None, name=None, **kwargs):
        # Layers of data in other libraries say which engine draws; here draws find that out by themselves.
        kwargs.pop("backend", None)
        if kwargs:
            raise ValueError(f"SeedGenerator takes `seed` and `name`. Received also: {sorted(kwargs)}")
        _check_seed(seed, allow_none=True)
        self.name = name or auto_name("seed_generator")
        self._initial_seed = seed
        self._first_word = make_default_seed() if seed is None else seed
        self._process = workers.number_of_maker()
        with backend.name_scope(self.name, caller=self):
            self.state = backend.Variable(
                self._initial_state,
                shape=(2,),
                dtype=backend.random_seed_dtype(),
                trainable=False,
                name="seed_generator_state",
            )

    def _initial_state(self, shape, dtype=None):
        return backend.convert_to_tensor(words_of(self._first_word), dtype=dtype)

    def next(self, ordered=True):
        """Returns the next seed, a tensor of two integers.

        Args:
            ordered: Whether draws must follow one another; all engines keep the order in any case.
        """
        if backend.core.forbids_side_effects():
            return self._advance()
        with _drawing[0]:
            return self._advance()

    def _advance(self):
        if workers.number() != self._process:
            self._start_stream_of(workers.number())
        server = door.building()
        if server is not None:
            return server.next_seed(self, lambda: backend.convert_to_numpy(self.state.value))
        return backend.core.advance_seed(self.state)

    def _start_stream_of(self, worker):
        """In a forked process, which has a copy of this generator: seeds that no other copy gives."""
        workers.check_engine(backend.core.RUNS_AFTER_FORK, backend.backend())
        self._process = worker
        value = self.state.value
        # What another engine holds, perhaps on a device, is not read: a number of the worker makes a stream anyway.
        value = value if backend.is_tensor(value) else self._initial_state((2,), self.state.dtype)
        first, second = (int(word) for word in backend.convert_to_numpy(value))
        # Odd and without small factors, so that streams of neighbouring workers and seeds are apart.
        self.state.assign([(first + worker * 0x9E3779B1) % 2**32, second])

    def get_config(self):
        """Returns the seed that it was made with, and the name."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """Makes a generator from its config."""
        return cls(**config)


def words_of(seed):
    """The two words, of 32 bits each, of an integer."""
    return [seed % 2**32, seed >> 32 & 0xFFFFFFFF]


def _is_number(seed):
    return isinstance(seed, int) and not isinstance(seed, bool)


def _check_seed(seed, allow_none=False):
    if seed is None and allow_none:
        return
    if not _is_number(seed):
        raise ValueError(f"`seed` must be an integer. Received: seed={seed!r}")


def make_default_seed():
    """Returns a random seed from Python's own generator, which `keras.utils.set_random_seed` seeds."""
    return python_random.randint(1, int(1e9))


def global_seed_generator():
    """Returns the generator behind draws without a seed."""
    generator = global_state.get_global_attribute(GLOBAL_GENERATOR)
    if generator is None:
        seed = global_state.get_global_attribute(_GLOBAL_SEED)
        generator = SeedGenerator(make_default_seed() if seed is None else seed, name=GLOBAL_GENERATOR)
        global_state.set_global_attribute(GLOBAL_GENERATOR, generator)
    return generator


def seed_global_generator(seed):
    """Starts the stream behind draws without a seed anew."""
    global_state.set_global_attribute(_GLOBAL_SEED, seed)
    global_state.set_global_attribute(GLOBAL_GENERATOR, None)


def seed_of_draw(seed):
    """As `draw_seed`, for a kernel that draws a tensor of a given shape: the words of an integer may stay on the host."""
    if _is_number(seed):
        engine = door.engine_for()
        if engine.random.TAKES_SEEDS_OF_HOST:
            return np.array(words_of(seed), engine.core.random_seed_dtype())
    return draw_seed(seed)


def draw_seed(seed):
    """Returns a seed as the random kernels take it.

    Args:
        seed: Integer, `SeedGenerator`, or `None` for the global one. A tensor is taken as it is.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        if door.building() is None:
            backend.core.forbid_unseeded_draw()
        return global_seed_generator().next(ordered=False)
    if _is_number(seed):
        core = door.engine_for().core
        return core.convert_to_tensor(words_of(seed), dtype=core.random_seed_dtype())
    if backend.is_tensor(seed):
        return seed
    raise ValueError(f"`seed` must be an integer, a `keras.random.SeedGenerator` or None. Received: seed={seed!r}")
