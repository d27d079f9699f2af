"""The state of optimizers in files of tf.keras 2.x, and the variables here that it belongs to."""

import numpy as np

# How tf.keras calls what an optimizer keeps for each weight: since 2.11, and before.
_NAMES = {
    "m": "momentum",
    "v": "velocity",
    "vhat": "velocity_hat",
    "u": "norm",
    "rms": "velocity",
    "mg": "average_gradient",
    "accum_grad": "accumulated_grad",
    "accum_var": "accumulated_delta_var",
}
_NAMES_OF = {"Adamax": {"v": "norm"}}
_COUNTS = ("iteration:0", "iter:0", "iterations:0")


def is_of_keras_2(names):
    """Whether the names of the arrays in a file are those that tf.keras gives."""
    return bool(names) and names[0].split("/")[-1] in _COUNTS


def load(optimizer, store):
    """Reads the state from a mapping of numbered arrays, as files `.keras` of tf.keras have it; returns whether it could."""
    keys = [str(number) for number in range(len(store.keys()))]
    if set(keys) != set(store.keys()):
        return False
    found = pairs(optimizer, [np.asarray(store[key]) for key in keys])
    for variable, array in found or ():
        variable.assign(array)
    return found is not None


def pairs(optimizer, arrays, names=None):
    """The variables of an optimizer with their values.

    Args:
        optimizer: The optimizer, built.
        arrays: List of arrays, in the order of the file.
        names: Their names, where the file has them.

    Returns:
        List of pairs of a variable and an array; `None` where the arrays are not those of such an optimizer of tf.keras.
    """
    if not arrays or arrays[0].shape != () or arrays[0].dtype.kind != "i" or not optimizer.built:
        return None
    if names and names[0].split("/")[-1] != "iteration:0":
        found = _by_slot(optimizer, arrays, names)
    else:
        found = _in_order(optimizer, arrays, names)
    if found is None or any(tuple(variable.shape) != array.shape for variable, array in found):
        return None
    return [(optimizer._iterations, arrays[0]), *found, *_product(optimizer, arrays, names)]


def _slots(optimizer):
    """Dict from the name of what is kept for each weight to its variables."""
    slots = dict(getattr(optimizer, "_slots", {}))
    if optimizer.use_ema:
        slots["average"] = optimizer._model_variables_moving_average
    return {name: [v for v in variables if v is not None] for name, variables in slots.items()}


def _name(optimizer, name):
    """What is called so in a file, by the name that it has here."""
    return _NAMES_OF.get(type(optimizer).__name__, {}).get(name, _NAMES.get(name, name))


def _by_slot(optimizer, arrays, names):
    """Older files: `Adam/dense/kernel/m:0`."""
    in_file = {}
    for name, array in zip(names, arrays):
        in_file.setdefault(_name(optimizer, name.split("/")[-1].removesuffix(":0")), []).append(array)
    found = []
    for name, variables in _slots(optimizer).items():
        if len(in_file.get(name, ())) != len(variables):
            return None
        found += zip(variables, in_file[name])
    return found


def _in_order(optimizer, arrays, names):
    """Files of 2.11 and later: as here, without the learning rate, `Adam/m/dense/kernel:0` where there are names."""
    variables = [v for v in optimizer.variables[1:] if not _is_only_here(optimizer, v)]
    if not variables:
        # There, SGD without momentum has zeros for it all the same. A scalar is the rate, in a file of this version.
        return [] if all(array.ndim for array in arrays[1:]) else None
    if len(variables) != len(arrays) - 1:
        return None
    if names:
        slots = {id(v): name for name, group in _slots(optimizer).items() for v in group}
        given = [_name(optimizer, f"{name}/".split("/")[1]) for name in names[1:]]
        if any(slots.get(id(v), name) != name for v, name in zip(variables, given)):
            return None
    return list(zip(variables, arrays[1:]))


def _is_only_here(optimizer, variable):
    is_rate_or_product = variable.path.endswith(("/learning_rate", "/u_product"))
    # Adafactor has placeholders for what it does not keep.
    return is_rate_or_product or variable.dtype == "int32"


def _product(optimizer, arrays, names):
    """Nadam's product of momenta: older files hold it, later ones do not, since it follows from the steps."""
    variable = getattr(optimizer, "_u_product", None)
    if variable is None:
        return
    kept = [array for name, array in zip(names or (), arrays) if name.split("/")[-1] == "momentum_cache:0"]
    steps = np.arange(1, int(arrays[0]) + 1)
    yield variable, (kept or [np.prod(optimizer.beta_1 * (1 - 0.5 * 0.96**steps))])[0]
