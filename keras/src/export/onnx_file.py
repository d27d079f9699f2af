"""The format `onnx`: a graph of ONNX operators, written from the declared ops."""

import os

from keras.src.backend.onnx.build import cast
from keras.src.backend.onnx.graph import Graph, constant
from keras.src.backend.onnx.serialize import OPSETS, model_of
from keras.src.backend.onnx.server import SERVER
from keras.src.backend.onnx.tensor import Unknown, to_engine_dtype
from keras.src.export.contents import flat_outputs, inference
from keras.src.export.signatures import Size
from keras.src.export.writer import LARGEST, write_bytes
from keras.src.export.writer import Writer as Base
from keras.src.utils.module_utils import LazyModule

onnx = LazyModule("onnx")

NEWEST = 21
"""What ONNX Runtime reads since version 1.20, of November 2024."""


def traced(endpoint, variables, opset):
    """An endpoint as a model of ONNX.

    Args:
        endpoint: `Endpoint`.
        variables: Variables that become constants named after their paths.
        opset: Version of the operators.
    """
    graph, sizes = Graph(opset), {}
    weights = [(v, constant(SERVER.core.convert_to_numpy(v.value), name=v.path)) for v in variables]
    with graph.opened():
        given = [_input(graph, x, sizes) for x in endpoint.inputs]
        with inference(SERVER, weights):
            outputs = endpoint(*given)
        outputs = [(name, _output(x)) for name, x in flat_outputs(outputs)]
    return model_of(graph, graph.inputs, outputs, endpoint.name)


def _input(graph, spec, sizes):
    """An input as the endpoint takes it; NumPy has no bfloat16, so that callers give float32."""
    dims, dtype = _dims(spec.shape, sizes), to_engine_dtype(spec.dtype)
    outside = "float32" if spec.dtype == "bfloat16" else dtype
    return cast(graph.input(dims, outside, spec.name), dtype)


def _output(x):
    x = SERVER.core.convert_to_tensor(x)
    return cast(x, "float32") if str(x.dtype) == "bfloat16" else x


def _dims(shape, sizes):
    """Sizes of an input: those of one name are one object."""
    return tuple(sizes.setdefault(n.name, Unknown(n.name)) if isinstance(n, Size) else n for n in shape)


class Writer(Base):
    """Writes an `.onnx` file; where the weights are 2 GB or more, they stand in an `.onnx.data` file beside it."""

    name = "onnx"
    packages = {"onnx": "onnx"}
    options = ("opset_version",)
    loading = "onnxruntime.InferenceSession({path})"

    def __init__(self, **options):
        super().__init__(**options)
        self.opset = NEWEST if options.get("opset_version") is None else options["opset_version"]
        if self.opset not in OPSETS:
            raise ValueError(
                f"`opset_version` must be one of {sorted(OPSETS)}, where {NEWEST} is the default. Received: {self.opset!r}"
            )

    def write(self, contents, path):
        (endpoint,) = contents.endpoints.values()
        model = traced(endpoint, contents.variables(), self.opset)
        if _size_of_weights(model) < LARGEST:
            write_bytes(path, model.SerializeToString())
            return
        beside = self.place + ".data"
        with self.made_with_weights(path, beside) as folder:
            name = os.path.basename(beside)
            onnx.save_model(model, os.path.join(folder, "model"), save_as_external_data=True, location=name)
            os.replace(os.path.join(folder, name), os.path.join(folder, "weights"))


def _size_of_weights(model):
    return sum(len(x.raw_data) for x in model.graph.initializer)
