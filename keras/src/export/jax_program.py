"""Endpoints as programs of JAX that take the weights and give those that they change, as JAX keeps no state."""

import re

from keras.src import tree
from keras.src.backend import door
from keras.src.backend.common.stateless_scope import changes_within
from keras.src.export import contents as export_contents
from keras.src.export.signatures import Size, open_sizes
from keras.src.utils.module_utils import LazyModule, jax

jax_export = LazyModule("jax.export", pip_name="jax")

PLATFORMS = ("cpu", "cuda", "tpu")
"""The platforms for which programs are lowered where nobody says which."""


def lowered(endpoint, contents, variables, platforms, format):
    """A `jax.export.Exported` of `(weights, *inputs) -> (outputs, changes)`; `weights` and `changes` are dicts of arrays.

    Args:
        endpoint: `Endpoint`.
        contents: `Contents` that it belongs to.
        variables: Dict from names, the keys of `weights`, to variables.
        platforms: Names of the platforms.
        format: Name of the format, for errors.
    """
    engine, names = door.engine_named("jax"), {id(v): name for name, v in variables.items()}
    weights = {
        name: jax.ShapeDtypeStruct(v.shape, jax.dtypes.canonicalize_dtype(v.dtype)) for name, v in variables.items()
    }

    def trace(endpoint):
        def function(weights, *arguments):
            pairs = [(variable, weights[name]) for name, variable in variables.items()]
            with export_contents.inference(engine, pairs) as scope:
                scope.holds_seeds = True
                outputs = export_contents.plain(endpoint.function(*arguments), jax.numpy.asarray)
            changes = changes_within(scope)
            contents.check_changes(endpoint, [variable for variable, _ in changes])
            changes = () if endpoint.options.get("is_static") else changes
            return outputs, {names[id(variable)]: jax.numpy.asarray(value) for variable, value in changes}

        return jax_export.export(jax.jit(function), platforms=platforms)(weights, *described(endpoint.signature))

    return export_contents.of_suitable_sizes(endpoint, trace, format)


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
