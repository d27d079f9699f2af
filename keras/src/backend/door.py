"""The one door for foreign tensors: tensors that are not of the running engine and that it cannot turn into its own.

A value of a graph in the making has no numbers: a tensor of TensorFlow within `tf.data.map` or `tf.function` while another
engine runs, a tracer of JAX, a value of an ONNX graph. It never matches a plan of the fast lane of ops, so a call with one
arrives in `ops/dispatch.dispatch`, which asks here who serves it; the functions that are not declared ops (`cast`, `shape`,
`scan`, the draws of `random`, ...) ask here as well. Calls on the engine's own tensors never come.

Whoever serves is a `Server`. Another engine is one by itself (`Guest`): its kernels are loaded on demand beside those of the
running one. A tracer of one's own (export to a file format, a tape of derivatives) registers with `serve(kind, server)`, and
while it records holds `within(server)`, so that draws of random numbers come to it too; its tensors have operators of their own. Weights are mapped to foreign
tensors by `keras.StatelessScope`; without a mapping they are constants of the graph.
"""

import contextlib
import sys
import threading
import weakref

import numpy as np

from keras.src.backend import config, loader
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.shapes import OPEN_SIZES

NEVER_FOREIGN = frozenset((type(None), bool, int, float, complex, str, bytes, list, tuple, dict, slice, np.ndarray))
"""Types that every engine knows; what lists hold is asked about by itself."""
_ENGINES = {"tensorflow": "tensorflow", "jax": "jax", "jaxlib": "jax"}
"""Engines that serve their own tensors, by the package that the type of a tensor comes from. The types of PyTorch's traced tensors
are registered once it is a guest, so that nobody loads it for tensors that have values."""
NUMBERS = {bool: bool, int: int, float: float, complex: complex}
"""Types that ops take as Python numbers, and the Python types that they count as."""
_registered = {}
_guests = {}
_running = []
_former = set()
_lock = threading.RLock()


class Server:
    """What serves foreign tensors. `core`, `random`, `numpy`, `linalg`, `rnn` and `strings` answer to the names of the contract."""

    core = random = numpy = linalg = None
    rnn, strings = loader.defaults("rnn"), loader.defaults("strings")

    def serves(self, x):
        """Whether `x`, whose type is registered, is foreign indeed."""
        return True

    def call(self, declaration, args):
        """The result of a declared op.

        Args:
            declaration: `ops.declare.Declaration`, with the dtype rule, the body and the names of the parameters.
            args: The arguments in the declared order; tensors among them may be foreign, of the running engine, arrays,
                numbers and lists; for a variable its value comes.
        """
        raise NotImplementedError

    def is_building(self):
        """Whether what is called now without any tensor, as a draw of random numbers, belongs to this server."""
        return False


class Guest(Server):
    """Another engine beside the running one."""

    def __init__(self, name):
        self.engine = loader.Engine(name)
        self._seed_states = weakref.WeakKeyDictionary()
        _know_open_numbers(self.core)
        for kind in (*self.core.TRACED_TYPES, *self.core.OPEN_NUMBERS):
            serve(kind, self)
        self.core.take_constants(_running[0].core.TENSOR_TYPES, _running[0].core.convert_to_numpy)

    core = property(lambda self: self.engine.core)
    random = property(lambda self: self.engine.random)
    numpy = property(lambda self: self.engine.numpy)
    linalg = property(lambda self: self.engine.linalg)
    rnn = property(lambda self: self.engine.rnn)
    strings = property(lambda self: self.engine.strings)

    def serves(self, x):
        return self.core.is_traced(x)

    def call(self, declaration, args):
        return declaration.call_on(self.engine, args)

    def is_building(self):
        return self.core.is_building()

    def next_seed(self, generator, first):
        """The next seed of a generator within graphs of this engine: a stream of its own, kept from graph to graph.

        Args:
            generator: The `SeedGenerator`.
            first: Function that gives the first seed, as an array.
        """
        scope = STATE.stateless_scope
        if scope is not None and scope.holds_seeds:
            return self._seed_within(scope, generator)
        # The state is the graph's own: a scope that maps the model's variables knows nothing of it.
        previous = STATE.enter("stateless_scope", None)
        try:
            state = self._seed_states.get(generator)
            if state is None:
                state = self._seed_states[generator] = self._seed_state(first)
            return self.core.advance_seed(state)
        finally:
            STATE.enter("stateless_scope", previous)

    def _seed_within(self, scope, generator):
        """The next seed of a generator whose state is one of the variables that a scope maps."""
        value = scope.get_current_value(generator.state)
        if value is None:
            raise ValueError(
                f"The seed generator {generator.name!r}, from which a function draws, belongs to nothing that is tracked. Call "
                "`track(layer)` on the layer or model that it belongs to."
            )
        seed = self.core.cast(value, self.core.random_seed_dtype())
        following = seed + self.core.convert_to_tensor([0, 1], self.core.random_seed_dtype())
        scope.add_update((generator.state, self.core.cast(following, str(value.dtype))))
        return seed

    def _seed_state(self, first):
        with closed(), self.core.outside_of_graphs():
            dtype = self.core.random_seed_dtype()
            return self.core.Variable(first(), dtype=dtype, trainable=False, name="seed_generator_state")


def _know_open_numbers(core):
    NUMBERS.update(core.OPEN_NUMBERS)
    OPEN_SIZES.update(core.OPEN_NUMBERS)


def keep(engine):
    """Says which engine runs; asked once, when it has been loaded, and when another follows, which reads tensors of the former."""
    _former.update(each.name for each in _running)
    _running[:] = [engine]
    _know_open_numbers(engine.core)


def serve(kind, server):
    """Says that tensors of type `kind` are served by `server`."""
    _registered[kind] = server


def server_of(x):
    """The server of a foreign tensor; `None` for anything else."""
    kind = type(x)
    if kind in NEVER_FOREIGN:
        return None
    name = _ENGINES.get(kind.__module__.partition(".")[0])
    if name is not None:
        server = None if name == config.backend() or name in _former else guest(name)
    else:
        server = _registered.get(kind)
    return server if server is not None and server.serves(x) else None


def server_among(values):
    """The server of the first foreign tensor in a list, which may hold lists."""
    for x in values:
        found = server_among(x) if isinstance(x, (list, tuple)) else server_of(x)
        if found is not None:
            return found
    return None


def guest(name):
    """The engine of this name beside the running one."""
    found = _guests.get(name)
    if found is None:
        with _lock:
            found = _guests.setdefault(name, Guest(name))
    return found


def engine_named(name):
    """Who serves the tensors of the engine of this name: `None` where it is the running one, else a guest."""
    return None if name == _running[0].name else guest(name)


def core_named(name):
    """The `core` of the engine of this name, which runs or is a guest."""
    return (engine_named(name) or _running[0]).core


def in_graph_of_tensorflow():
    """Whether a graph of TensorFlow is being built, whatever engine runs; TensorFlow is not imported for that."""
    executes_eagerly = getattr(sys.modules.get("tensorflow"), "executing_eagerly", None)
    if executes_eagerly is None or _running[0].core.is_compiling():  # Compilers of others do not look into TensorFlow.
        return False
    return not executes_eagerly()


def building():
    """The server to which calls without tensors belong now, or `None`: the running engine."""
    opened = STATE.door
    if opened is not None:
        return opened or None
    if _running[0].name != "tensorflow" and "tensorflow" not in _guests and in_graph_of_tensorflow():
        guest("tensorflow")
    if not _guests or _running[0].core.is_compiling():
        return None
    for server in _guests.values():
        if server.is_building():
            return server
    return None


def engine_for(*values):
    """Whose modules (`core`, `random`, `numpy`, ...) a call that is no declared op goes to: a server's or the engine's."""
    return building() or server_among(values) or _running[0]


@contextlib.contextmanager
def within(server):
    """Context in which calls without tensors belong to `server`."""
    previous = STATE.enter("door", server)
    try:
        yield server
    finally:
        STATE.enter("door", previous)


def closed():
    """Context in which calls without tensors belong to the running engine, as when a layer makes its weights."""
    return within(False)
