"""The format `litert`: a `.tflite` file for devices, converted from the graphs of `tensorflow_module.py`."""

from keras.src.backend import door
from keras.src.export.signatures import Size
from keras.src.export.tensorflow_module import OPTIONS, TensorFlowModule, concrete
from keras.src.export.writer import Writer as Base
from keras.src.export.writer import write_bytes
from keras.src.utils.module_utils import tensorflow as tf

LENGTH = 16
"""A length for examples."""


class Writer(Base):
    """Writes a file with a signature for each endpoint; the only one is `serving_default`.

    Args:
        **options: Attributes of `tf.lite.TFLiteConverter`, such as `optimizations`; a dict sets attributes of an attribute, as in
            `target_spec={"supported_types": [tf.float16]}`.
    """

    name = "litert"
    packages = {"tensorflow": "tensorflow"}
    instead = " Or install `litert-torch`, with which PyTorch writes files whose sizes are fixed."
    holds_several = holds_resources = True
    ending = ".tflite"

    def loading(self, contents):
        return "ai_edge_litert.interpreter.Interpreter({path})"

    def __init__(self, **options):
        of_endpoints = {key: options.pop(key) for key in OPTIONS if key in options}
        super().__init__()
        self.chosen, self._attributes = of_endpoints, options
        _set(tf.lite.TFLiteConverter([], None), options, "converter")

    def check(self, contents):
        super().check(contents)
        with door.core_named("tensorflow").convertible():
            module = TensorFlowModule(contents, self.chosen)
            for name, endpoint in contents.endpoints.items():
                if module.has_loop_over_lists(name):
                    _refuse_open_sizes(endpoint)
            self._content = self._converted(module)

    def write(self, contents, path):
        write_bytes(path, self._content)

    def _converted(self, module):
        """The file's bytes."""
        graphs = [concrete(module.flat(name)) for name in module.functions]
        converter = tf.lite.TFLiteConverter.from_concrete_functions(graphs, module.root)
        # Variables that an endpoint changes are kept as such.
        converter.experimental_enable_resource_variables = module.changes_variables
        _set(converter, self._attributes, "converter")
        try:
            return converter.convert()
        except Exception as error:
            raise ValueError(
                f"LiteRT cannot hold this model: an operation in it has no counterpart there. TensorFlow's operations can be "
                "allowed by `target_spec={'supported_ops': [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]}`, "
                f"which needs an interpreter with them. The converter says: {error}"
            ) from error


def _set(target, attributes, what):
    for name, value in attributes.items():
        if not hasattr(target, name):
            raise ValueError(f"Unknown {what} attribute {name!r}. There are {sorted(_public(target))}.")
        if isinstance(value, dict):
            _set(getattr(target, name), value, name)
        else:
            setattr(target, name, value)


def _public(target):
    return [name for name in vars(target) if not name.startswith("_")]


def _refuse_open_sizes(endpoint):
    """Raises where a size of an endpoint with a loop over lists of tensors is open, as in recurrent layers.

    Loops of a known length are written out where the batch is open, and then have no lists.
    """
    if not any(isinstance(n, Size) for spec in endpoint.inputs for n in spec.shape):
        return
    example = [{"shape": _example(x.shape), "dtype": x.dtype, "name": x.name} for x in endpoint.inputs]
    raise ValueError(
        f"The endpoint {endpoint.name!r} has a loop over time, as recurrent layers have, and LiteRT holds such loops only where the "
        f"sizes are known. Give them, such as {LENGTH} steps: `input_signature={example}`. The batch may stay open; where it is "
        "known, too, the file of a long loop is smaller. The formats 'tf_saved_model' and 'onnx' hold loops of any length."
    )


def _example(shape):
    sizes = [min(LENGTH, n.most or LENGTH) if isinstance(n, Size) else n for n in shape]
    return tuple(None if i == 0 and isinstance(shape[0], Size) else n for i, n in enumerate(sizes))
