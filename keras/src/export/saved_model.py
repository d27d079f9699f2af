"""The format `tf_saved_model`: a folder that TensorFlow, its servers and its converters read."""

from keras.src.export.tensorflow_module import OPTIONS, TensorFlowModule
from keras.src.export.writer import Writer as Base
from keras.src.utils.module_utils import tensorflow as tf


class Writer(Base):
    """Writes a SavedModel.

    Args:
        is_static: Whether calls change no variable, such as a moving mean in training.
        jax2tf_kwargs: Dict with `native_serialization_platforms`, a list of names of platforms such as `["cpu", "cuda"]`, for
            models that call JAX themselves.
        options: `tf.saved_model.SaveOptions`, or `None`.
    """

    name = "tf_saved_model"
    packages = {"tensorflow": "tensorflow"}
    holds_several = holds_resources = True
    options = (*OPTIONS, "options")

    def loading(self, contents):
        return "tf.saved_model.load({path})"

    def check(self, contents):
        super().check(contents)
        options = self.chosen.get("options")
        if options is not None and not isinstance(options, tf.saved_model.SaveOptions):
            raise ValueError(f"`options` must be a `tf.saved_model.SaveOptions`. Received: {options!r}")

    def write(self, contents, path):
        save(TensorFlowModule(contents, self.chosen), path, self.chosen.get("options"))


def save(module, path, options=None):
    """Writes a `TensorFlowModule` as a SavedModel.

    Args:
        module: `TensorFlowModule`.
        path: Path of the folder.
        options: `tf.saved_model.SaveOptions`, or `None`.
    """
    try:
        tf.saved_model.save(module.root, path, module.signatures(), options)
    except AssertionError as error:
        if "untracked" not in str(error):
            raise
        raise ValueError(
            "An endpoint uses a variable or a lookup table that is not among what the file keeps. Call `track(layer)` on the "
            f"layer, model or object of TensorFlow that it belongs to. TensorFlow says: {error}"
        ) from error
