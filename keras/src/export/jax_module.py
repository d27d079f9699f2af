"""Endpoints that call JAX themselves, in graphs of TensorFlow: each is one operation that holds JAX's program."""

from keras.src import tree
from keras.src.backend.common.stateless_scope import changes_within
from keras.src.export import contents as export_contents
from keras.src.export import stablehlo
from keras.src.utils.module_utils import LazyModule, jax
from keras.src.utils.module_utils import tensorflow as tf

jax_export = LazyModule("jax.export", pip_name="jax")
xla = LazyModule("tensorflow.compiler.tf2xla.python.xla", pip_name="tensorflow")


class JaxProgram:
    """An endpoint as a program of JAX, which is lowered once.

    Args:
        endpoint: `Endpoint`.
        variables: Variables that become arguments of the program.
        options: Dict with `jax2tf_kwargs`, perhaps.
        format: Name of the format, for errors.
    """

    def __init__(self, endpoint, variables, options, format):
        self._variables, self._changed = variables, []
        chosen = options.get("jax2tf_kwargs") or {}
        platforms = tuple(chosen.get("native_serialization_platforms") or stablehlo.PLATFORMS)
        self._exported = export_contents.of_suitable_sizes(endpoint, lambda e: self._lowered(e, platforms), format)

    def _lowered(self, endpoint, platforms):
        def function(weights, arguments):
            with export_contents.inference(None, list(zip(self._variables, weights))) as scope:
                outputs = endpoint.function(*arguments)
            changes = changes_within(scope)
            self._changed = [variable for variable, _ in changes]
            return export_contents.plain(outputs, jax.numpy.asarray), [value for _, value in changes]

        weights = [jax.ShapeDtypeStruct(v.shape, v.dtype) for v in self._variables]
        return jax_export.export(jax.jit(function), platforms=platforms)(
            weights, stablehlo.described(endpoint.signature)
        )

    def __call__(self, weights, arguments):
        """What the endpoint gives for tensors of a graph, and pairs of each variable that it changes and the value.

        Args:
            weights: List of tensors, one for each variable.
            arguments: Structures of tensors, one for each argument of the endpoint.
        """
        exported = self._exported
        given = [*weights, *tree.flatten(list(arguments))]
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
        return outputs, list(zip(self._changed, values))
