"""Archives of StableHLO: a zip file with a program of JAX for each endpoint, and the weights, which all share."""

import json
import re
import zipfile

import numpy as np

from keras.src.export import jax_program
from keras.src.export.signatures import Size
from keras.src.export.writer import opened
from keras.src.utils.naming import apart

LOADING = "jax.export.deserialize(bytearray(zipfile.ZipFile({path}).read('NAME.stablehlo'))), see README.txt in it"

README = """Functions for JAX, which need neither Keras nor its code.

NAME.stablehlo    each endpoint, for `jax.export.deserialize`
weights.npz       the weights that they share, by their paths
contents.json     inputs of each endpoint, and the weights that it changes; dtypes of the weights; collections of weights

    import json, zipfile, jax, ml_dtypes, numpy as np
    from jax import export

    archive = zipfile.ZipFile(PATH)
    described = json.load(archive.open("contents.json"))
    arrays = np.load(archive.open("weights.npz"))
    weights = {path: arrays[path].view(dtype) for path, dtype in described["weights"].items()}
    program = export.deserialize(bytearray(archive.read("NAME.stablehlo")))
    outputs, changes = program.call(weights, *inputs)
    weights.update(changes)     # What a function of training changed; nothing in inference.
"""


def write(contents, path, platforms):
    """Writes an archive.

    Args:
        contents: `Contents`.
        path: Path of the file.
        platforms: Names of the platforms for which programs are lowered.
    """
    taken, variables = set(), {}
    for variable in contents.held_variables():
        variables[apart(variable.path, taken)] = variable
    programs = {
        name: jax_program.lowered(endpoint, contents, variables, platforms, "stablehlo")
        for name, endpoint in contents.endpoints.items()
    }
    arrays = {name: _as_array(variable) for name, variable in variables.items()}
    described = {
        "endpoints": {name: _described(contents.endpoints[name], program) for name, program in programs.items()},
        "weights": {name: str(array.dtype) for name, array in arrays.items()},
        "collections": {name: _names(variables, held) for name, held in contents.collections.items()},
    }
    with opened(path) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr("README.txt", README)
        archive.writestr("contents.json", json.dumps(described, indent=1))
        for name, program in programs.items():
            archive.writestr(f"{file_name(name)}.stablehlo", bytes(program.serialize()))
        with archive.open("weights.npz", "w", force_zip64=True) as inner:
            np.savez(inner, **{name: _plain(array) for name, array in arrays.items()})


def file_name(name):
    """Name of an endpoint as files may have it."""
    return re.sub(r"[^\w.-]", "_", name)


def _as_array(variable):
    """The value as programs take it: JAX has no numbers of 64 bits."""
    array = np.asarray(variable.numpy())
    return array.astype(jax_program.jax.dtypes.canonicalize_dtype(array.dtype))


def _plain(array):
    """An array of a dtype that NumPy has: others, such as bfloat16, as their bits."""
    return array if array.dtype.isbuiltin == 1 else array.view(f"u{array.dtype.itemsize}")


def _described(endpoint, program):
    inputs = [
        {"name": x.name, "dtype": x.dtype, "shape": [n.name if isinstance(n, Size) else n for n in x.shape]}
        for x in endpoint.inputs
    ]
    _, changes = program.out_tree.unflatten(list(program.out_avals))
    return {"inputs": inputs, "changes": sorted(changes)}


def _names(variables, held):
    names = {id(variable): name for name, variable in variables.items()}
    return [names[id(variable)] for variable in held]
