"""Logs for TensorBoard."""

import os
import time

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback
from keras.src.callbacks.event_file import EventFile, NoFile
from keras.src.callbacks.model_checkpoint import explained, io_path
from keras.src.callbacks.profile import Profile
from keras.src.callbacks.weight_images import images_of_weight
from keras.src.distribution.processes import is_chief
from keras.src.layers.core.embedding import Embedding

# What Keras 3 writes for each of them: the name of a tensor in a checkpoint of TensorFlow.
_TENSOR_OF_EMBEDDINGS = "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"


@keras_export("keras.callbacks.TensorBoard")
class TensorBoard(Callback):
    """Writes results, and distributions of weights, to files that TensorBoard shows; neither TensorFlow nor
    TensorBoard is needed for it.

    Args:
        log_dir: Folder of the logs; training goes to `train` below it, evaluations to `validation`.
        histogram_freq: Distributions of the weights every so many epochs; 0 means none.
        write_graph: Whether the config of the model is written, as a text.
        write_images: Whether weights are written as pictures too, along with their distributions.
        write_steps_per_second: Whether the speed is written.
        update_freq: `"epoch"`, `"batch"`, or a number of batches: how often results are written.
        profile_batch: Number of the batch to profile, counted from 1 over all epochs; or a pair of the first and the
            last one, as a tuple or as a string such as `"2,5"`. 0 means none. What the engine's profiler records is
            written below `train`, for TensorBoard's plugin of profiles (on PyTorch, `torch-tb-profiler`).
        embeddings_freq: Weights are saved for the projector of embeddings every so many epochs; 0 means never.
        embeddings_metadata: Path of a file with a label for each row of an embedding, or a dict of such paths by the
            names of `Embedding` layers.

    Raises:
        ValueError: When training begins: `embeddings_metadata` names a layer that the model lacks.

    Example:

    >>> callback = keras.callbacks.TensorBoard("logs", histogram_freq=1)
    """

    _touches_model_in_batches = False

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
    ):
        super().__init__()
        self.log_dir = io_path(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self.profile_batch = profile_batch
        self._profile = Profile(*_profiled_batches(profile_batch))
        self._files = {}
        self._step = 0
        self._epoch_start = None

    @property
    def summary(self):
        """The files that are open, by the name of their folder."""
        return dict(self._files)

    def _follows_batches(self, names):
        wanted = self.update_freq != "epoch" or self._profile.is_to_come
        return wanted and super()._follows_batches(names)

    @property
    def _is_for_chief(self):
        # To read weights that processes hold together all of them are needed.
        return not (self.histogram_freq or self.embeddings_freq)

    def _file(self, folder):
        if not is_chief():
            return NoFile()
        if folder not in self._files:
            path = os.path.join(self.log_dir, folder)
            with explained(self, path):
                self._files[folder] = EventFile(path)
        return self._files[folder]

    def on_train_begin(self, logs=None):
        """Writes the config of the model, and that of the projector."""
        self._step = 0
        self._profile.is_to_come = self._profile.last > 0
        if self.embeddings_freq and is_chief():
            self._write_projector_config()
        if self.write_graph:
            try:
                self._file("train").text("keras", self.model.to_json(), 0)
            except NotImplementedError:
                # A model without a config has no graph to show.
                pass

    def on_epoch_begin(self, epoch, logs=None):
        """Notes the time."""
        self._epoch_start = (time.time(), self._step)
        self._batches_before = self._step

    def on_train_batch_begin(self, batch, logs=None):
        """Starts the profiler, if it is time."""
        self._profile.begin(self._batches_before + batch + 1, os.path.join(self.log_dir, "train"))

    def on_train_batch_end(self, batch, logs=None):
        """Writes results, if it is time."""
        self._step = self._batches_before + batch + 1
        self._profile.end(self._step, logs or {})
        if self.update_freq == "epoch":
            return
        if self._step % self.update_freq == 0:
            for name, value in (logs or {}).items():
                self._file("train").scalar(f"batch_{name}", value, self._step)

    def on_test_end(self, logs=None):
        """Writes the results of an evaluation by the number of steps that were trained."""
        step = self._iterations()
        for name, value in (logs or {}).items():
            self._file("validation").scalar(f"evaluation_{name}_vs_iterations", value, step)
        if self._epoch_start is None:
            self._flush()

    def _iterations(self):
        optimizer = getattr(self.model, "optimizer", None)
        return 0 if optimizer is None else int(backend.convert_to_numpy(optimizer.iterations))

    def on_epoch_end(self, epoch, logs=None):
        """Writes results and distributions."""
        logs = logs or {}
        for name, value in logs.items():
            folder = "validation" if name.startswith("val_") else "train"
            self._file(folder).scalar(f"epoch_{name.removeprefix('val_')}", value, epoch)
        rate = getattr(self.model.optimizer, "learning_rate", None)
        if rate is not None and "learning_rate" not in logs:
            self._file("train").scalar("epoch_learning_rate", float(backend.convert_to_numpy(rate)), epoch)
        if self.write_steps_per_second:
            self._write_speed(epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._save_embeddings(epoch)
        self._flush()

    def _write_weights(self, epoch):
        file = self._file("train")
        for weight in self.model.weights:
            values = backend.convert_to_numpy(weight)
            file.histogram(f"{weight.path}/histogram", values, epoch)
            images = images_of_weight(values) if self.write_images else None
            if images is not None:
                file.images(f"{weight.path}/image", images, epoch)

    def _write_projector_config(self):
        """Tells TensorBoard's projector of the embeddings, as a protocol buffer in text."""
        given = self.embeddings_metadata
        known = dict(given) if isinstance(given, dict) else None
        entries = []
        for layer in self.model.layers:
            if isinstance(layer, Embedding):
                path = given if known is None else known.pop(layer.name, None)
                lines = [f'  tensor_name: "{_TENSOR_OF_EMBEDDINGS}"\n']
                lines += [f'  metadata_path: "{os.fspath(path)}"\n'] if path is not None else []
                entries.append(f"embeddings {{\n{''.join(lines)}}}\n")
        if known:
            raise ValueError(
                "`embeddings_metadata` must name `Embedding` layers of the model. Received: the names "
                f"{sorted(known)}, which are none"
            )
        path = os.path.join(self.log_dir, "projector_config.pbtxt")
        with explained(self, path):
            os.makedirs(self.log_dir, exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write("".join(entries))

    def _save_embeddings(self, epoch):
        path = os.path.join(self.log_dir, "train", f"keras_embedding.ckpt-{epoch}.weights.h5")
        with explained(self, path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            self.model.save_weights(path)

    def _write_speed(self, epoch):
        start, _ = self._epoch_start
        iterations = self._iterations()
        steps, self._iterations_before = iterations - getattr(self, "_iterations_before", 0), iterations
        self._file("train").scalar("epoch_steps_per_second", steps / max(time.time() - start, 1e-9), epoch)

    def _flush(self):
        for file in self._files.values():
            file.flush()

    def on_train_end(self, logs=None):
        """Closes the files."""
        self._profile.close()
        for file in self._files.values():
            file.close()
        self._files = {}
        self._epoch_start = None


def _profiled_batches(given):
    """The numbers of the first and the last batch to profile."""
    try:
        pair = [int(part) for part in given.split(",")] if isinstance(given, str) else given
    except ValueError:
        pair = None
    if isinstance(pair, int) and not isinstance(pair, bool):
        pair = (pair, pair)
    is_pair = isinstance(pair, (tuple, list)) and len(pair) == 2 and all(isinstance(n, int) for n in pair)
    if not is_pair or not 0 <= pair[0] <= pair[1]:
        raise ValueError(
            "`profile_batch` must be 0, the number of a batch, or a pair of the first and the last one. Received: "
            f"profile_batch={given!r}"
        )
    return tuple(pair)
