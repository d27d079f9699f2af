"""The format `stablehlo`: one file that `jax.export.deserialize` reads, with the weights in it."""

from keras.src.backend import door
from keras.src.export import contents as export_contents
from keras.src.export import stablehlo_archive
from keras.src.export.jax_program import PLATFORMS, described
from keras.src.export.writer import LARGEST, write_bytes
from keras.src.export.writer import Writer as Base
from keras.src.utils.module_utils import LazyModule, jax
from keras.src.utils.summary_utils import memory_size

jax_export = LazyModule("jax.export", pip_name="jax")


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


class Writer(Base):
    """Writes a file of bytes, for `jax.export.deserialize`; several endpoints are an archive (`stablehlo_archive.py`)."""

    name = "stablehlo"
    packages = {"jax": "jax", "flatbuffers": "flatbuffers"}
    options = ("platforms",)
    engine = "jax"
    holds_several = True

    def loading(self, contents):
        if contents.is_archive:
            return stablehlo_archive.LOADING
        return "jax.export.deserialize(bytearray(open({path}, 'rb').read())).call(inputs)"

    def check(self, contents):
        super().check(contents)
        size = memory_size(contents.variables())
        if size > LARGEST and not contents.is_archive:
            raise ValueError(
                f"The format 'stablehlo' keeps weights in its file, which holds 2 GB. Received: {size:,} bytes of weights. "
                "Export to another format, such as 'tf_saved_model' or 'onnx', or write a `keras.export.ExportArchive`."
            )

    def write(self, contents, path):
        platforms = tuple(self.chosen.get("platforms") or PLATFORMS)
        if contents.is_archive:
            stablehlo_archive.write(contents, path, platforms)
            return
        (endpoint,) = contents.endpoints.values()
        variables = contents.variables()
        program = export_contents.of_suitable_sizes(
            endpoint, lambda each: exported(each, variables, platforms), self.name
        )
        write_bytes(path, program.serialize())
