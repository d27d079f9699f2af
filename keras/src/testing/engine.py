"""What the running engine offers to tests: a compiler, gradients."""

import importlib
import importlib.util

from keras.src.backend import config, loader

_PACKAGE = f"keras.src.testing.{config.backend()}"


class Capabilities:
    """`testing/<engine>/capabilities.py`: what an engine tells the tests, as in `backend/contract.py`."""

    CAN_COMPILE: bool
    """Whether there is a compiler."""
    CAN_DIFFERENTIATE: bool
    """Whether there are gradients."""
    NOT_COMPILED: frozenset = frozenset()
    """Names of ops that no compiled code can hold."""
    gradients: object = None
    """`gradients(function, args)`: gradients of the sum of the results with respect to each argument."""
    mapped: object = None
    """`mapped(function, tensors)`: results for each element along the leading dimension, by the engine's transformation."""
    exported: object = None
    """`exported(function, tensors)`: the function as a graph without Python, made for these tensors."""
    to_sparse: object = None
    """`to_sparse(array)`: a sparse tensor of what is not zero in an array; `None` where the engine has none."""

    DISTRIBUTIONS: tuple = ()
    """Kinds of distributions over several devices that work: "data", "sharded" (variables are divided, too), "model"."""
    JOBS: bool = False
    """Whether several processes compute together."""
    NOTICES_DEATH: bool = False
    """Whether the processes of a job end with an error when one of them dies, and say so when one stays away from saving."""
    ROUNDS_SUMS_ONCE: tuple = ()
    """Pairs of kinds of distributions and names of networks that train in 16 bits on many devices as on one, since sums that these share are rounded once."""
    DEVICES_IN_JOBS: int = 1
    """Number of devices of each process of a job."""
    DEVICES_IN_PROCESS: int = 1
    """Number of devices on which a single process may compute, see `virtual_devices`."""

    OWN_LOOPS: tuple = ()
    """Cases of loops in the engine's own terms, `loop(kind)`, that give on many devices what they give on one."""

    own_numbers: object = None
    """`own_numbers()`: numbers drawn from a state of the engine's own, as an array; `None` where there is no such state."""

    def compiled(function):
        """`function` under the compiler, and a function that tells how often it was traced."""

    def virtual_devices(count):
        """Variables of the environment of a process that is to see so many devices of this machine's CPU."""
        return {}

    shape_of_part: object = None
    """`shape_of_part(tensor)`: the shape of what one device holds; where given, checkpoints of Orbax are written in parts."""

    see_devices: object = lambda count: None
    """`see_devices(count)` lets a process that has just begun see so many devices, where no variable of the environment does."""

    def held():
        """Number of what the engine holds beside Python's objects."""
        return 0

    memory_of: object = None
    """`memory_of(make, change)`: bytes that tensors take during `change(make())`, at most, and after it, beyond those before."""

    def traced(function, args, kwargs):
        """Results with the shapes and dtypes of a call, which an engine may find without computing."""
        return function(*args, **kwargs)


_module = importlib.import_module(f"{_PACKAGE}.capabilities")
loader.fill(_module, Capabilities)
globals().update({name: vars(_module)[name] for name, *_ in loader.members(Capabilities)})


def own_steps():
    """The module of training steps written for this engine, or `None` where it does not train."""
    found = importlib.util.find_spec(f"{_PACKAGE}.own_steps") is not None
    return importlib.import_module(f"{_PACKAGE}.own_steps") if found else None
