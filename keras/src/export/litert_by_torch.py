"""The format `litert` where TensorFlow is not installed: PyTorch's programs, converted by the package `litert-torch`.

Sizes are fixed, as that converter knows no others.
"""

import contextlib
import io
import logging

from keras.src.backend import door
from keras.src.export import contents as export_contents
from keras.src.export import torch_program
from keras.src.export.signatures import Size
from keras.src.export.writer import Writer as Base
from keras.src.export.writer import write_bytes
from keras.src.utils.module_utils import LazyModule, torch

litert_torch = LazyModule("litert_torch", pip_name="litert-torch")

_LENGTH = 16
"""A size for examples in messages, where it is not that of a batch."""


class Writer(Base):
    """Writes a file with a signature for each endpoint; the only one is `serving_default`.

    Args:
        **options: `quant_config` and `enable_x64`, as `litert_torch.convert` takes them.
    """

    name = "litert"
    packages = {"litert_torch": "litert-torch", "torch": "torch"}
    options = ("quant_config", "enable_x64")
    holds_several = True
    ending = ".tflite"
    engine = "torch"

    def loading(self, contents):
        return "ai_edge_litert.interpreter.Interpreter({path})"

    def check(self, contents):
        super().check(contents)
        for endpoint in contents.endpoints.values():
            _refuse_open_sizes(endpoint)
        self._content = self._converted(contents)

    def write(self, contents, path):
        write_bytes(path, self._content)

    def _converted(self, contents):
        """The file's bytes."""
        converter = litert_torch.Converter()
        with torch.no_grad(), torch_program.as_guest(door.engine_named("torch")), _quiet():
            for name, endpoint in contents.endpoints.items():
                only = len(contents.endpoints) == 1
                _add(converter, "serving_default" if only else name, endpoint, contents)
            try:
                return converter.convert(strict_export=False, **self.chosen).model_content()
            except Exception as error:
                raise ValueError(
                    f"The converter 'litert-torch' cannot write this model. Where TensorFlow is installed (`pip install tensorflow`), its "
                    f"converter is used, which knows more operations. 'litert-torch' says: {error}"
                ) from error


def _add(converter, name, endpoint, contents):
    """Adds an endpoint to what is converted, as a module of its own, since the conversion comes later."""
    flat = export_contents.Endpoint(endpoint.name, _flat(endpoint), endpoint.inputs, endpoint.options)
    module = torch_program.Weights(contents).module_of(flat)
    names = list(module.forward.__signature__.parameters)
    converter.signature(name, module.eval(), (), dict(zip(names, torch_program.examples_of(flat, {}))))


def _flat(endpoint):
    """The endpoint's function with its outputs by their names, or as a tuple."""

    def function(*tensors):
        outputs = endpoint(*tensors)
        pairs = export_contents.flat_outputs(outputs)
        return dict(pairs) if isinstance(outputs, dict) else tuple(x for _, x in pairs)

    return function


def _refuse_open_sizes(endpoint):
    """Raises where a size of an endpoint is open, with a signature that is not."""
    if not any(isinstance(n, Size) for spec in endpoint.inputs for n in spec.shape):
        return
    example = [{"shape": _example(x.shape), "dtype": x.dtype, "name": x.name} for x in endpoint.inputs]
    raise ValueError(
        f"The endpoint {endpoint.name!r} leaves sizes open, and files of the format 'litert' have fixed sizes where TensorFlow is not "
        f"installed. Give them: `input_signature={example}`, say; or install TensorFlow, whose converter leaves them open."
    )


def _example(shape):
    return tuple(
        (1 if i == 0 else min(_LENGTH, n.most or _LENGTH)) if isinstance(n, Size) else n for i, n in enumerate(shape)
    )


@contextlib.contextmanager
def _quiet():
    """Context in which the converter tells nothing of its progress."""
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)
