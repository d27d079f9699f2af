"""The contract of an engine: every name that the rest of the library asks of one, and what holds where an engine is silent.

Each class below stands for a module of an engine. An attribute without a value, and a function that is only a docstring,
must be provided; all others are defaults, which `loader.Engine` puts into the module where it has no such name. Nobody outside
guesses with `getattr`. `contract_test.py` holds each engine to it; a pluggable backend implements this and no more.

Kernels are not listed: the declared ops are their contract (`keras/src/ops/declare.py`, and the docstring of `keras.src.backend`).
"""

import contextlib
import types

from keras.src.backend.common.dtypes import FLOAT8_TYPES, result_type
from keras.src.backend.config import backend as backend_name


class Core:
    """`core`: tensors, variables, control flow, and the compiler of the engine."""

    TENSOR_TYPES: tuple
    """Types of dense tensors, for `isinstance`."""
    SUPPORTS_SPARSE_TENSORS: bool
    """Whether there are sparse tensors; then the engine has a module `sparse`."""
    SUPPORTS_RAGGED_TENSORS: bool
    """Whether there are ragged tensors."""
    SUPPORTS_COMPLEX_DTYPES: bool
    """Whether tensors may hold complex numbers."""
    IS_THREAD_SAFE: bool
    """Whether Python threads may compute at the same time."""
    CAN_TRAIN: bool
    """Whether `fit` works; otherwise it raises."""
    RUNS_AFTER_FORK: bool = True
    """Whether the engine computes in a process that was forked from one in which it runs."""
    RUNS_REPLICAS: bool = False
    """Whether steps may run once for each device, each time on some rows of the batch (`common/replicas.py`)."""
    DATASETS: str = "tensorflow"
    """The library whose datasets arrays become where the user does not say: `"tensorflow"` (`tf.data`) or `"torch"`."""
    ARGUMENT_ERRORS: tuple = ()
    """Exceptions by which the engine refuses arguments; users get a `ValueError` that names the op."""

    class Variable:
        """Subclass of `backend.common.variables.Variable`."""

    class name_scope:
        """Context `name_scope(name, **kwargs)`: variables made within get a path below `name`."""

    def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
        """A tensor of `x`; `sparse=False` and `ragged=False` make such tensors dense."""

    def convert_to_numpy(x):
        """The NumPy array of a tensor, a variable or nested lists."""

    def is_tensor(x):
        """Whether `x` is a tensor of the engine, dense or not."""

    def shape(x):
        """Sizes of a tensor as a tuple; what is only known while running is a scalar tensor."""

    def cast(x, dtype):
        """A tensor in another dtype; the imaginary part goes where the dtype has none."""

    def to_engine_dtype(name):
        """The engine's dtype of a dtype's name."""

    def compute_output_spec(fn, *args, **kwargs):
        """What `fn` returns for KerasTensors, as KerasTensors, found without computing."""

    def cond(pred, true_fn, false_fn):
        """One of two results, also where `pred` is only known in compiled code."""

    def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
        """Carries a state through a loop over the leading axis of `xs`."""

    def while_loop(cond, body, loop_vars, maximum_iterations=None):
        """Repeats `body` as long as `cond` holds."""

    def fori_loop(lower, upper, body_fun, init_val):
        """Applies `body_fun(i, value)` for each `i`."""

    def map(f, xs):
        """`f` of each element, one after the other."""

    def vectorized_map(function, elements):
        """`function` of all elements at once."""

    def associative_scan(f, elems, reverse=False, axis=0):
        """All prefix results of an associative function."""

    def switch(index, branches, *operands):
        """`branches[index]` of the operands; the index is clamped."""

    def unstack(x, num=None, axis=0):
        """List of slices along an axis."""

    def slice(inputs, start_indices, shape):
        """A block of a tensor."""

    def slice_update(inputs, start_indices, updates):
        """A tensor with a block replaced."""

    def scatter(indices, values, shape):
        """Zeros to which values are added."""

    def scatter_update(inputs, indices, updates, reduction=None):
        """A tensor with values written, or combined, at indices."""

    def stop_gradient(variable):
        """A tensor as a constant."""

    def custom_gradient(f):
        """A function with a gradient of its own."""

    def remat(f):
        """A function whose intermediate results are computed again for gradients."""

    def device_scope(device_name):
        """Context in which tensors are created on a device."""

    def get_device():
        """Name of the device on which tensors are created."""

    def random_seed_dtype():
        """Dtype of the state of a seed generator."""

    # What follows may be left out.

    def list_devices(kind=None):
        """Names such as `"cpu:0"` of the devices of a kind, or of the kind that the engine computes on."""
        return ["cpu:0"] if kind in (None, "cpu") else []

    def is_compiling():
        """Whether sizes must not be looked at now, since that would tie compiled code to them."""
        return False

    def forbids_side_effects():
        """Whether a tracer would take what is remembered meanwhile for an effect of the code that it traces."""
        return False

    def untraced(function):
        """`function(*args)` such that compilers call it and do not look into it."""
        return function

    def cond_must_be_pure():
        """Whether the branches of `cond` may not even open a scope now."""
        return False

    def is_traced(x):
        """Whether `x` is a value of a graph that the engine builds now, so that only the engine's own functions take it."""
        return False

    def is_building():
        """Whether the engine builds a graph now."""
        return False

    def outside_of_graphs():
        """Context in which tensors and variables are made that outlive the graph which is built now."""
        raise NotImplementedError("This engine builds no graphs in which tensors of another engine run.")

    def values_may_wait():
        """Whether the first value of a large variable that is made here and now may be drawn when it is asked for.

        Not where a compiler looks into the code that does so (Dynamo).
        """
        return False

    TRACED_TYPES: tuple = ()
    """Types of values of graphs, where the type of a tensor tells that it is one; a guest engine serves these alone."""
    OPEN_NUMBERS: types.MappingProxyType = types.MappingProxyType({})
    """Types of sizes, and of numbers made of them, that a graph leaves open, with the Python types that they count as."""

    def sizes_stay_open():
        """Context in which open sizes of this engine, a guest, do not become ints in the hands of the running one."""
        return contextlib.nullcontext()

    def convertible():
        """Context in which graphs are made of operations that converters to other formats know, where there is a choice."""
        return contextlib.nullcontext()

    take_constants: types.FunctionType = lambda kinds, to_numpy: None
    """`take_constants(kinds, to_numpy)` makes the engine's own operators take tensors of other types, by way of NumPy."""

    def is_composite(x):
        """Whether `x` is a sparse or ragged tensor."""
        return False

    def held_dtype(dtype):
        """Name of the dtype in which a tensor given in `dtype` (a name) is held, since an engine may lack or narrow some."""
        return dtype if dtype in (*FLOAT8_TYPES, "string") else result_type(dtype)

    def fused(body, tensor_positions, config_positions):
        """An op's body as one program of the engine."""
        return body

    def rescue(function, args):
        """The result of a call that failed, by some other way, or `NotImplemented`."""
        return NotImplemented

    def advance_seed(state):
        """The seed in a variable, to which the next one is assigned."""
        seed = state.value
        state.assign(seed + state._convert_to_tensor([0, 1], dtype=state.dtype))
        return seed

    forbid_unseeded_draw: types.FunctionType = lambda: None
    """`forbid_unseeded_draw()` raises where a draw from the global generator would repeat itself at each call."""
    seed_engine: types.FunctionType = lambda seed: None
    """`seed_engine(seed)` seeds the engine's own random numbers, if it has a state of them."""
    call_on_host: types.FunctionType = None
    """`call_on_host(function, shape, dtype, *tensors)`: what a function of arrays makes of traced tensors, if there are such."""
    find_kernel: types.FunctionType = None
    """`find_kernel(declaration)`: the kernel of an op or `None`, where it is not the function of that name."""


class Kernels:
    """`numpy`, `nn`, `math`, `linalg`, `image` (and `core`): kernels by the names of the ops."""

    SCALAR_OPERANDS: frozenset = frozenset()
    """Names of kernels that take a Python scalar as it is beside one tensor; others get a tensor."""
    UNSUPPORTED: types.MappingProxyType = types.MappingProxyType({})
    """Names of ops that the engine cannot do, with the reason that the error gives."""


class Numpy(Kernels):
    """`numpy`: as all modules of kernels, and one more."""

    def get_item(x, key):
        """`x[key]`, where the tensors of the engine index otherwise than those of NumPy."""
        return x[key]


class Random:
    """`random`: draws as functions of a seed, an engine tensor of two integers; `dtype` is a name, `shape` a tuple."""

    TAKES_SEEDS_OF_HOST: bool = False
    """Whether functions that draw a tensor of a given shape take the seed as an array of NumPy, too."""

    def normal(shape, mean, stddev, dtype, seed):
        """Normal distribution."""

    def truncated_normal(shape, mean, stddev, dtype, seed):
        """Normal distribution within two standard deviations."""

    def uniform(shape, minval, maxval, dtype, seed):
        """Uniform over an interval."""

    def randint(shape, minval, maxval, dtype, seed):
        """Uniform over integers."""

    def categorical(logits, num_samples, dtype, seed):
        """Class indices by log-probabilities."""

    def dropout(inputs, rate, noise_shape, seed):
        """Elements set to zero at random."""

    def shuffle(x, axis, seed):
        """Slices in random order."""

    def gamma(shape, alpha, dtype, seed):
        """Gamma distribution of scale 1."""

    def binomial(shape, counts, probabilities, dtype, seed):
        """Binomial distribution."""

    def beta(shape, alpha, beta, dtype, seed):
        """Beta distribution."""


class Layer:
    """`layer`: what layers are in the eyes of the engine."""

    class EngineLayer:
        """Base of all layers: a `torch.nn.Module` on torch, a trackable object on TensorFlow."""


class Trainer:
    """`trainer`: how `fit` runs; see `backend/common/training.py`."""

    COMPILES_STEPS: bool = True
    """Whether `jit_compile="auto"` compiles the steps of a model whose layers all can be compiled."""
    start_profiler: types.FunctionType = None
    """`start_profiler(folder)` begins to record what runs; what it returns ends that and writes it for TensorBoard."""

    class TrainSteps:
        """The steps that users override."""

    class Engine:
        """What runs batches; `Engine(training)` of a `trainers.engine_view.ModelInTraining`. Its base is `common.training.Engine`."""


class Rnn:
    """`rnn`: what an engine knows of recurrences."""

    UNROLL: int = 1
    """Steps in one turn of a compiled loop, where the user does not ask for all."""
    lstm: types.FunctionType = None
    """`lstm(sequences, states, kernel, recurrent_kernel, bias)`: `(outputs, states)` of a whole sequence, or `None` now.

    For `states`, `None` stands for zeros."""
    gru: types.FunctionType = None
    """As `lstm`."""
    rnn_tanh: types.FunctionType = None
    """As `lstm`, for the simple recurrence."""
    rnn_relu: types.FunctionType = None
    """As `rnn_tanh`, with another activation."""

    def reusing(loop):
        """A version of `loop(static, tensors)` that is compiled once."""
        return loop

    def projects_within_loop():
        """Whether inputs had better meet the kernel step by step."""
        return False


class Packed:
    """`packed`: products with weights of few bits, where these have a way that is faster than to unpack them."""

    int4_sums: types.FunctionType = None
    """`int4_sums(x, packed, block)`: sums of products for each group of `block` inputs (`None`: all), or `None` now.

    `x` has the shape `(..., inputs)`, `packed` holds `(inputs, outputs)` two to a byte; the result is `(..., groups, outputs)`."""

    def sum_of_groups(sums):
        """The sum over the groups of what `int4_sums` gave: `(..., outputs)`."""
        return sums.sum(-2)


class Autodiff:
    """`autodiff`: derivatives."""

    vjp: types.FunctionType = None
    """`vjp(function, tensors, variables, once)`, from which all derivatives are made; `None` where there are none.

    It runs a function, and prepares to carry gradients back through it.

    Args:
        function: Function from a list of tensors to `(outputs, auxiliary)`, a list of tensors and any structure.
        tensors: List of floating-point tensors.
        variables: List of variables that the function reads.
        once: Whether the pullback is called only once.

    Returns:
        `(outputs, auxiliary, pullback)`; the pullback takes the gradients of the outputs and returns those of
        `tensors` and of `variables`, two lists.
    """


class Optimizer:
    """`optimizer`: updates of all variables at once, by gradients of all devices."""

    BASES: tuple = ()
    """What optimizers are in the eyes of the engine: further base classes of all of them."""
    fused_update: types.FunctionType = None
    """`fused_update(update)`: whether it did an `optimizers.update.Update`; if not, the rule does."""
    combined_gradients: types.FunctionType = None
    """`combined_gradients(gradients)`: those of all replicas, where an engine runs a step once for each device."""


class Sparse:
    """`sparse`: ops on sparse and ragged tensors, on engines that have such."""

    KERNELS: dict = {}
    """Kernels by the names of ops."""
    run: types.FunctionType = None
    """`run(name, dense_kernel, args, wants_sparse, elementwise)`: the result of an op."""


class Strings:
    """`strings`: tensors of strings, on engines that have such. Sparse and ragged tensors stay so."""

    SUPPORTED: bool = False
    """Whether there are tensors of strings; where not, strings are NumPy arrays, and the other names are missing."""
    hash_buckets: types.FunctionType = None
    """`hash_buckets(x, count, key)`: as `utils.string_hashing.hash_buckets`, of strings or of the digits of numbers."""
    cross_hash_buckets: types.FunctionType = None
    """`cross_hash_buckets(features, count)`: as `utils.string_hashing.cross_hash_buckets`."""
    equal: types.FunctionType = None
    """`equal(x, value)`: where a tensor has a value."""
    where: types.FunctionType = None
    """`where(condition, x, y)`: a number `x` where the condition holds, and `y` elsewhere."""
    shifted: types.FunctionType = None
    """`shifted(x, offset)`: numbers with an offset."""
    of_values: types.FunctionType = None
    """`of_values(function, x)`: what a function of dense tensors makes of the values of any tensor."""
    ragged: types.FunctionType = None
    """`ragged(values, lengths)`: a tensor of rows of different lengths."""
    dense: types.FunctionType = None
    """`dense(x, fill)`: a dense tensor, with `fill` where nothing is."""
    standardized: types.FunctionType = None
    """`standardized(x, lower, left_out)`: strings with small letters, if wanted, and without some characters."""
    split: types.FunctionType = None
    """`split(x, how, ngrams)`: the words of texts."""
    cut: types.FunctionType = None
    """`cut(x, width, fill)`: rows cut, and filled up where there is a `fill`."""
    table: types.FunctionType = None
    """`table(keys, values, default)`: a table from a list of bytes, or an array of integers, to integers."""
    as_tokens: types.FunctionType = None
    """`as_tokens(x)`: strings as they are, numbers as integers of 64 bits."""
    look_up: types.FunctionType = None
    """`look_up(table, x)`: the integers for a dense tensor."""
    remainder: types.FunctionType = None
    """`remainder(x, divisor)`: what is left of integers."""
    all_known: types.FunctionType = None
    """`all_known(indices, unknown, x)`: the indices, if `unknown` is not among them."""
    take: types.FunctionType = None
    """`take(values, indices, default)`: the values, of a list of bytes or integers, at a dense tensor of indices."""


class OwnCode:
    """`own_code`: code that is written for an engine itself, as layers; `None` where the engine does not know such code."""

    hold_module: object = None
    """`hold_module(layer, module)` makes a module of PyTorch part of a layer, as its attribute `module`."""
    module_variables: object = None
    """`module_variables(module)`: list of variables over its parameters."""
    run_module: object = None
    """`run_module(module, args, kwargs, training, compute_dtype)`: what it gives."""
    evaluation_mode: object = None
    """`evaluation_mode(module)`: context in which it does not train."""
    module_state: object = None
    """`module_state(module)`: dict of the arrays of its parameters and buffers."""
    set_module_state: object = None
    """`set_module_state(module, arrays)` writes them."""
    pickled_module: object = None
    """`pickled_module(module)`: bytes."""
    module_of_pickle: object = None
    """`module_of_pickle(data)`: the module in such bytes, which may run any code."""
    wrap_modules_by: object = None
    """`wrap_modules_by(wrapper)` says what becomes of modules that are set as attributes of layers."""
    jax_function: object = None
    """`jax_function(function, platforms)`: a pure function of trees of arrays of JAX, as one of trees of tensors."""
    jax_leaves: object = None
    """`jax_leaves(tree)`: the leaves of a tree as JAX has them, and its structure."""
    jax_tree: object = None
    """`jax_tree(structure, leaves)`: the tree."""
    jax_initial: object = None
    """`jax_initial(function, seed, inputs)`: what a function of a key and arrays gives, at descriptions of these."""
    load_saved_model: object = None
    """`load_saved_model(path)`: a SavedModel of TensorFlow."""
    saved_model_endpoint: object = None
    """`saved_model_endpoint(loaded, name)`: a function of it, or `None`."""
    saved_model_variables: object = None
    """`saved_model_variables(loaded)`: list of variables over its own."""


class Distribution:
    """`distribution`: computing on many devices and in many processes; where it is missing, on one device.

    A layout is a `keras.distribution.TensorLayout`, or one of the engine's own that a user gave a variable. A `Variable`
    keeps its layout in `_layout` (`None` for none), found once, before its first value is made. Batches are laid out by
    the `Engine` of the module `trainer`.
    """

    def check(distribution):
        """Raises a `NotImplementedError` that names what works, where the engine cannot compute by a `Distribution`."""
        devices = distribution.device_mesh.devices.reshape(-1).tolist()
        if len(devices) > 1 or distribution.num_processes > 1:
            raise NotImplementedError(
                f"The {backend_name()} backend computes on one device. Several devices work with KERAS_BACKEND=jax "
                "(DataParallel, ModelParallel), torch (both, a process for each device) and tensorflow (DataParallel). "
                f"Received: {distribution} of the devices {devices}"
            )

    def initialize(launch):
        """Joins the processes of a `distribution.launchers.Launch`; `None` means what the engine finds out by itself."""
        if launch is not None and launch.num_processes > 1:
            raise NotImplementedError(
                f"The {backend_name()} backend computes in one process; several compute together with KERAS_BACKEND=jax, "
                f"torch or tensorflow. Received: {launch.num_processes} processes, from {launch.source}"
            )

    CLUSTERS: tuple = ()
    """Variables of the environment by which the engine finds out by itself that there are several processes."""

    def num_processes():
        """Number of the processes that compute together."""
        return 1

    def process_id():
        """Number of this process among them."""
        return 0

    def is_lost(error):
        """Whether an exception says that another process of the job has ended, or cannot be reached."""
        return False

    POSTS: bool = False
    """Whether processes can tell each other words (`post`, `is_posted`) without computing together."""

    def post(word):
        """Tells all processes a string, once; waits for nobody."""
        raise NotImplementedError(f"The {backend_name()} backend has no words for other processes. Received: {word!r}")

    def is_posted(word, seconds):
        """Whether some process has told a word, which may come for so many seconds yet."""
        return False

    def all_gather(array):
        """A NumPy array `(processes, *shape)` with what each process gave, of equal shapes and dtypes; all call it."""
        return array[None]

    def sum_of_replicas(tensor, synchronized):
        """The sum over the replicas of what each has added up over its rows, where an engine runs a step once for each device.

        In a loop of the user's own that is so with `synchronized` only.
        """
        return tensor

    def to_backend_mesh(mesh):
        """The engine's own mesh for a `DeviceMesh`."""
        raise NotImplementedError(f"The {backend_name()} backend has no meshes of its own. Received: {mesh}")

    def to_backend_layout(layout):
        """The engine's own layout for a `TensorLayout`."""
        raise NotImplementedError(f"The {backend_name()} backend has no layouts of its own. Received: {layout}")

    def distribute_value(value, layout):
        """A tensor laid out; the value is the same whole tensor in each process, or has a layout already."""
        return value

    def initial_value(initializer, shape, dtype, layout):
        """What an initializer gives, laid out; each device makes its own share where it can."""
        return initializer(shape, dtype=dtype)

    VALUES_MAY_WAIT: bool = False
    """Whether a process makes its part of an initial value without the others, so that it may do so later, or never."""

    described: types.FunctionType = None
    """`described(shape, dtype, layout)`: an array with its layout, as an engine describes one to others that know its layouts."""

    def value_of_slices(read, shape, dtype, layout):
        """A tensor laid out, of which this process reads its own parts only.

        `read(index)` gives the NumPy array of a part, by a tuple of slices, one for each axis.
        """
        return read((slice(None),) * len(shape))


AT_ONCE = {"core": Core, "layer": Layer, "random": Random, "numpy": Numpy}
AT_ONCE |= dict.fromkeys(("nn", "math", "linalg", "image"), Kernels)
"""Modules that each engine has, and that are imported with it."""
LATER = {"trainer": Trainer}
"""Modules that each engine has, and that are imported when they are asked for."""
OPTIONAL = {
    "rnn": Rnn,
    "packed": Packed,
    "autodiff": Autodiff,
    "optimizer": Optimizer,
    "sparse": Sparse,
    "strings": Strings,
    "own_code": OwnCode,
    "distribution": Distribution,
}
"""Modules that an engine may lack; the defaults stand for them then."""
ALSO = {"core": (Kernels,)}
"""Modules that play two parts."""
