"""The base class of everything whose state a file holds."""

import io

from keras.src.backend.common import workers
from keras.src.utils.later import saving_lib


class KerasSaveable:
    """Base of layers, models, metrics, losses and optimizers: a config can name them, an archive can hold them."""

    def _obj_type(self):
        """Name of the family, `"Layer"`, `"Model"`, `"Metric"`, `"Loss"` or `"Optimizer"`."""
        raise NotImplementedError(
            f"{type(self).__name__} must say to which family it belongs: implement `_obj_type()`."
        )

    @classmethod
    def _unpickle_model(cls, archive):
        # A pickle runs code anyway: refusing a lambda in it would protect nobody.
        with workers.arriving():
            return saving_lib.load_model_from_file(io.BytesIO(archive), safe_mode=False)

    def __reduce__(self):
        archive = io.BytesIO()
        saving_lib.save_model_to_file(self, archive)
        return self._unpickle_model, (archive.getvalue(),)
