"""Endpoints that call JAX themselves, in graphs of TensorFlow: each is one operation that holds JAX's program."""

from keras.src.export import jax_program
from keras.src.utils.module_utils import LazyModule, jax
from keras.src.utils.module_utils import tensorflow as tf

xla = LazyModule("tensorflow.compiler.tf2xla.python.xla", pip_name="tensorflow")


class JaxProgram:
    """An endpoint as a program of JAX, which is lowered once.

    Args:
        endpoint: `Endpoint`.
        contents: `Contents` that it belongs to.
        options: Dict with `jax2tf_kwargs`, perhaps.
        format: Name of the format, for errors.
    """

    def __init__(self, endpoint, contents, options, format):
        chosen = options.get("jax2tf_kwargs") or {}
        platforms = tuple(chosen.get("native_serialization_platforms") or jax_program.PLATFORMS)
        self._variables = {str(i): variable for i, variable in enumerate(contents.held_variables())}
        self._exported = jax_program.lowered(endpoint, contents, self._variables, platforms, format)

    def __call__(self, weights, arguments):
        """What the endpoint gives for tensors of a graph, and pairs of each variable that it changes and the value.

        Args:
            weights: List of tensors, one for each variable.
            arguments: Structures of tensors, one for each argument of the endpoint.
        """
        exported = self._exported
        given = jax.tree.leaves((dict(zip(self._variables, weights)), *arguments))
        given = [tf.cast(x, aval.dtype.name) for x, aval in zip(given, exported.in_avals)]
        found = xla.call_module(
            [given[i] for i in exported.module_kept_var_idx],
            version=exported.calling_convention_version,
            module=exported.mlir_module_serialized,
            Tout=[tf.as_dtype(aval.dtype.name) for aval in exported.out_avals],
            Sout=[[n if isinstance(n, int) else None for n in aval.shape] for aval in exported.out_avals],
            platforms=[platform.upper() for platform in exported.platforms],
        )
        outputs, values = exported.out_tree.unflatten(list(found))
        return outputs, [(self._variables[name], value) for name, value in values.items()]
