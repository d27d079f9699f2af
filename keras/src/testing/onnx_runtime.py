"""Running ONNX models in tests."""

import onnxruntime

_SETTINGS = onnxruntime.SessionOptions()
_SETTINGS.intra_op_num_threads = _SETTINGS.inter_op_num_threads = 1
_SETTINGS.log_severity_level = 3


def run(model, arrays):
    """List of the outputs of a model.

    Args:
        model: Protocol buffer, or path of a file.
        arrays: Dict from the names of inputs to arrays.
    """
    model = model if isinstance(model, (str, bytes)) else model.SerializeToString()
    session = onnxruntime.InferenceSession(model, _SETTINGS)
    taken = {x.name for x in session.get_inputs()}
    return session.run(None, {name: x for name, x in arrays.items() if name in taken})
