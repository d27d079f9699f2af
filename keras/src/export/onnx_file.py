"""The format `onnx`: a graph of ONNX operators, written from the declared ops."""

import os

from keras.src.backend import door
from keras.src.backend.onnx.build import cast
from keras.src.backend.onnx.graph import Graph, constant
from keras.src.backend.onnx.serialize import OPSETS, model_of
from keras.src.backend.onnx.server import SERVER
from keras.src.backend.onnx.tensor import NoValue, Unknown, to_engine_dtype
from keras.src.export import torch_onnx
from keras.src.export.contents import flat_outputs, inference
from keras.src.export.signatures import Size
from keras.src.export.writer import LARGEST, opened
from keras.src.export.writer import Writer as Base
from keras.src.layers import Layer

NEWEST = 21
"""What ONNX Runtime reads since version 1.20, of November 2024."""


def traced(endpoint, contents, opset, multiplies_bytes=True):
    """An endpoint as a `Model` of ONNX.

    Args:
        endpoint: `Endpoint`.
        contents: `Contents` that it belongs to.
        opset: Version of the operators.
        multiplies_bytes: Whether products of int8 are products of integers, or of floats.
    """
    try:
        return _of_ops(endpoint, contents.variables(), Graph(opset, multiplies_bytes=multiplies_bytes))
    except Exception as error:
        if isinstance(error, NotImplementedError) and not isinstance(error, NoValue):
            raise
        if door.engine_named("torch") is None:
            return _by_torch(endpoint, contents, opset, error)
        raise _told(endpoint, error) from error


def _by_torch(endpoint, contents, opset, error):
    """The model of an endpoint that calls PyTorch itself, by PyTorch's exporter."""
    try:
        return torch_onnx.model_of(endpoint, contents, opset)
    except ImportError:
        raise
    except Exception as second:
        raise _told(endpoint, error, f" PyTorch's own exporter was tried, and says: {second}") from second


_OTHERS = {"jax": ("tf_saved_model", "stablehlo"), "tensorflow": ("tf_saved_model", "litert"), "torch": ("torch",)}
"""Formats that hold what layers compute with functions of the running engine."""


def _told(endpoint, error, more=""):
    """An error of a layer that cannot run on tensors of a graph, with what can be done about it."""
    advice = "Layers that are exported must be written with `keras.ops`"
    for engine, formats in _OTHERS.items():
        if door.engine_named(engine) is None:
            advice += f", or else be exported to {' or '.join(map(repr, formats))}, which hold what {engine} computes"
    return ValueError(
        f"The endpoint {endpoint.name!r} cannot be written as ONNX: {_place_of(error)} fails on tensors of ONNX graphs. {advice}. "
        f"The error is {type(error).__name__}: {error}{more}"
    )


def _place_of(error):
    """The innermost layer that was called when an error was raised, in words."""
    found, trace = "the function", error.__traceback__
    while trace is not None:
        layer = trace.tb_frame.f_locals.get("self")
        if isinstance(layer, Layer):
            found = f"layer {layer.name!r} ({type(layer).__name__})"
        trace = trace.tb_next
    return found


def _of_ops(endpoint, variables, graph):
    """An endpoint that consists of ops, with variables that become constants named after their paths."""
    sizes = {}
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

    def loading(self, contents):
        return "onnxruntime.InferenceSession({path})"

    def __init__(self, **options):
        super().__init__(**options)
        self.opset = NEWEST if options.get("opset_version") is None else options["opset_version"]
        if self.opset not in OPSETS:
            raise ValueError(
                f"`opset_version` must be one of {sorted(OPSETS)}, where {NEWEST} is the default. Received: {self.opset!r}"
            )

    def write(self, contents, path):
        (endpoint,) = contents.endpoints.values()
        model = traced(endpoint, contents, self.opset)
        if model.size_of_weights() < LARGEST:
            with opened(path) as file:
                model.write(file)
            return
        beside = self.place + ".data"
        with self.made_with_weights(path, beside) as folder:
            with opened(os.path.join(folder, "model")) as file, opened(os.path.join(folder, "weights")) as weights:
                model.write_apart(file, weights, os.path.basename(beside))
