"""Endpoints that call PyTorch themselves, as models of ONNX: PyTorch's own exporter writes them."""

import contextlib
import io
import logging
import warnings

from keras.src.backend.onnx.model_file import Model
from keras.src.export import contents as export_contents
from keras.src.export import torch_program
from keras.src.export.signatures import Size
from keras.src.utils.module_utils import LazyModule

torch_onnx = LazyModule("torch.onnx", pip_name="torch")
onnxscript = LazyModule("onnxscript")


def model_of(endpoint, contents, opset):
    """The `Model` of an endpoint, with the names of inputs, outputs and sizes that the library's own writer gives.

    Args:
        endpoint: `Endpoint`.
        contents: `Contents` that it belongs to.
        opset: Version of the operators.

    Raises:
        ImportError: The package that PyTorch's exporter needs is not installed.
    """
    if not onnxscript.available:
        raise ImportError(
            "A layer calls PyTorch itself, and PyTorch's exporter, which writes such models as ONNX, needs the package "
            "'onnxscript'. Install it with `pip install onnxscript`, or write the layer with `keras.ops`."
        )
    names = []

    def function(*tensors):
        pairs = export_contents.flat_outputs(endpoint(*tensors))
        names[:] = [name for name, _ in pairs]
        return [x for _, x in pairs]

    flat = export_contents.Endpoint(endpoint.name, function, endpoint.inputs)
    weights = torch_program.Weights(contents)
    program = export_contents.of_suitable_sizes(flat, lambda each: torch_program.exported(each, weights), "onnx")
    inputs = [spec.name for spec in endpoint.inputs]
    with _quiet():
        made = torch_onnx.export(
            program, (), dynamo=True, verbose=False, opset_version=opset, input_names=inputs, output_names=names
        )
    return Model.of_proto(_tidied(made.model_proto, endpoint))


@contextlib.contextmanager
def _quiet():
    """Context without what the exporter tells of packages and of its own code."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(action="ignore"), contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        log.setLevel(level)


def _tidied(model, endpoint):
    """The model without places in source files, and with the names of sizes that the signature has."""
    graph, names = model.graph, {}
    for given, spec in zip(graph.input, endpoint.inputs):
        for dim, size in zip(given.type.tensor_type.shape.dim, spec.shape):
            if isinstance(size, Size) and dim.dim_param:
                names[dim.dim_param] = size.name
    for value in (*graph.input, *graph.output, *graph.value_info):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param in names:
                dim.dim_param = names[dim.dim_param]
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        del part.metadata_props[:]
    graph.name = endpoint.name
    return model
