"""The format `stablehlo`: one file that `jax.export.deserialize` reads, with the weights in it."""

import re

from keras.src import tree
from keras.src.backend import door
from keras.src.export import contents as export_contents
from keras.src.export.signatures import Size, open_sizes
from keras.src.export.writer import LARGEST, write_bytes
from keras.src.export.writer import Writer as Base
from keras.src.utils.module_utils import LazyModule, jax
from keras.src.utils.summary_utils import memory_size

jax_export = LazyModule("jax.export", pip_name="jax")

PLATFORMS = ("cpu", "cuda", "tpu")


def exported(endpoint, variables, platforms):
    """An endpoint as a `jax.export.Exported`, which takes structures as the endpoint does.

    Args:
        endpoint: `Endpoint`.
        variables: Variables that become constants.
        platforms: Names of the platforms for which it is lowered.
    """
    engine = door.engine_named("jax")
    arrays = [(variable, variable.numpy()) for variable in variables]

    def function(*arguments):
        # A copy is staged, so that whatever is computed from weights belongs to the program.
        weights = [(variable, jax.numpy.array(array, copy=True)) for variable, array in arrays]
        with export_contents.inference(engine, weights):
            return export_contents.plain(endpoint.function(*arguments), jax.numpy.asarray)

    arguments = described(endpoint.signature)
    return jax_export.export(jax.jit(function), platforms=platforms)(*arguments)


def described(signature):
    """The signature as `jax.ShapeDtypeStruct`s, in which sizes of one name are one symbol."""
    specs = tree.flatten(signature)
    sizes = open_sizes(specs)
    symbols = {name: _symbol(name) for name in sizes}
    limits = [f"{symbols[n.name]} >= {n.least}" for n in sizes.values()]
    limits += [f"{symbols[n.name]} <= {n.most}" for n in sizes.values() if n.most is not None]
    scope = jax_export.SymbolicScope(limits)

    def one(spec):
        words = ", ".join(symbols[n.name] if isinstance(n, Size) else str(n) for n in spec.shape)
        shape = jax_export.symbolic_shape(words, scope=scope) if words else ()
        return jax.ShapeDtypeStruct(shape, jax.dtypes.canonicalize_dtype(spec.dtype))

    return export_contents.plain(tree.map_structure(one, signature))


def _symbol(name):
    """The name of a size in the letters that JAX takes, and no word of its own such as `max`."""
    return (
        "n_" + re.sub(r"\W", "_", name)
        if not name.isidentifier() or name in ("max", "min", "mod", "floordiv")
        else name
    )


class Writer(Base):
    """Writes a file of bytes, for `jax.export.deserialize`."""

    name = "stablehlo"
    packages = {"jax": "jax", "flatbuffers": "flatbuffers"}
    options = ("platforms",)
    loading = "jax.export.deserialize(bytearray(open({path}, 'rb').read())).call(inputs)"
    engine = "jax"

    def check(self, contents):
        super().check(contents)
        size = memory_size(contents.variables())
        if size > LARGEST:
            raise ValueError(
                f"The format 'stablehlo' keeps weights in its file, which holds 2 GB. Received: {size:,} bytes of weights. "
                "Export to another format, such as 'tf_saved_model' or 'onnx'."
            )

    def write(self, contents, path):
        platforms = tuple(self.chosen.get("platforms") or PLATFORMS)
        (endpoint,) = contents.endpoints.values()
        variables = contents.variables()
        program = export_contents.of_suitable_sizes(
            endpoint, lambda each: exported(each, variables, platforms), self.name
        )
        write_bytes(path, program.serialize())
