"""`Model.export`: a model in the format of another runtime."""

import importlib
import os

from keras.src.export import contents as export_contents
from keras.src.utils import io_utils
from keras.src.utils.module_utils import LazyModule, tensorflow
from keras.src.utils.safe_write import replacing

litert_torch = LazyModule("litert_torch", pip_name="litert-torch")

FORMATS = {
    "tf_saved_model": "saved_model",
    "onnx": "onnx_file",
    "openvino": "openvino_ir",
    "litert": "litert",
    "torch": "torch_program",
    "stablehlo": "stablehlo",
}
"""The module of each format; its `Writer` writes it."""


def writer_class(format):
    """The `Writer` of a format, whose module is imported for that: the runtimes that it needs may not be installed.

    Args:
        format: Key of `FORMATS`.
    """
    module = FORMATS[format]
    if format == "litert" and not tensorflow.available and litert_torch.available:
        module = "litert_by_torch"
    return importlib.import_module(f"keras.src.export.{module}").Writer


def writer_of(format, options):
    """The writer of a format.

    Args:
        format: Key of `FORMATS`.
        options: Dict of the format's own arguments.
    """
    if format not in FORMATS:
        raise ValueError(f"Unrecognized format={format}. Supported formats are: {list(FORMATS)}.")
    return writer_class(format)(**options)


def export_model(model, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs):
    """Writes the computation of a model; see `Model.export`."""
    writer = writer_of(format, kwargs)
    contents = export_contents.Contents()
    contents.resources.append(model)
    contents.add(export_contents.of_model(model, input_signature))
    write(writer, contents, filepath, verbose is not False)


def write(writer, contents, filepath, verbose):
    """Writes a file beside its place and moves it there.

    Args:
        writer: `Writer` of a format.
        contents: `Contents`.
        filepath: Path of the file or folder.
        verbose: Whether to print what was written and how it is read.
    """
    path = os.path.abspath(os.fspath(filepath))
    if writer.ending is not None and not path.endswith(writer.ending):
        raise ValueError(
            f"The path of a file of the format {writer.name!r} ends with {writer.ending!r}. Received: {path!r}"
        )
    writer.check(contents)
    writer.place = path
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with replacing(path) as beside:
        writer.write(contents, beside)
    if verbose:
        io_utils.print_msg(description(writer, contents, path))


def description(writer, contents, path):
    """What was written: the format, its size, the endpoints with what they take, and how to load it."""
    size = f"{_size_of(path):,} bytes in the format {writer.name!r}"
    lines = [f"Saved artifact at {path!r} ({size}). The following endpoints are available:"]
    for endpoint in contents.endpoints.values():
        lines += ["", f"* Endpoint {endpoint.name!r}"]
        lines += [f"    {x.name}: {x.dtype} {_shape_in_words(x)}" for x in endpoint.inputs]
    lines += ["", f"Load it with: {writer.loading(contents).format(path=repr(path))}"]
    return "\n".join(lines)


def _shape_in_words(spec):
    return "(" + ", ".join(str(n) if isinstance(n, int) else n.name for n in spec.shape) + ")"


def _size_of(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, f)) for folder, _, files in os.walk(path) for f in files)
