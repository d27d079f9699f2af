"""What a format provides to be one."""

import contextlib
import os
import tempfile

from keras.src.backend import door
from keras.src.layers import JaxLayer, Layer, TFSMLayer, TorchModuleWrapper
from keras.src.utils.module_utils import LazyModule
from keras.src.utils.safe_write import replacing

_OWN_CODE = {JaxLayer: "jax", TFSMLayer: "tensorflow", TorchModuleWrapper: "torch"}
"""Layers that hold code of an engine's own, which runs on tensors of that engine alone."""


LARGEST = 2**31 - 2**24
"""Bytes of weights that a single file has place for, where its parts are addressed by 32 bits."""


@contextlib.contextmanager
def opened(path):
    """Context with a new binary file, which is on the disk once the context is left.

    Args:
        path: Path of the file.
    """
    with open(path, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def write_bytes(path, content):
    """Writes a file that is on the disk once this returns.

    Args:
        path: Path of the file.
        content: Bytes.
    """
    with opened(path) as file:
        file.write(content)


class Writer:
    """Writes `Contents` in one format.

    Attributes:
        name: What users call the format.
        packages: Names of the modules that must be installed, each with what `pip install` calls it.
        holds_several: Whether a file may have more than one endpoint.
        holds_resources: Whether objects of TensorFlow, such as lookup tables, may be tracked.
        instead: What else may be installed, for the error that names a missing package.
        ending: What the path must end with, or `None`.
        place: Path at which the file will stand, for files beside it.
        engine: Name of the engine on whose tensors all endpoints must run, or `None` where the format knows other ways.
    """

    name = ending = place = engine = None
    instead = ""
    packages = {}
    holds_several = holds_resources = False
    options = ()
    """Names of the keyword arguments that `Model.export` passes on."""

    def __init__(self, **options):
        unknown = sorted(set(options) - set(self.options))
        if unknown:
            raise ValueError(
                f"Unknown arguments for the format {self.name!r}: {unknown}. It takes {sorted(self.options) or 'none'}."
            )
        self.chosen = options
        for module, package in self.packages.items():
            if not LazyModule(module).available:
                raise ImportError(
                    f"The format {self.name!r} needs the package {package!r}, which is not installed. Install it with "
                    f"`pip install {package}`, or all that export needs with `pip install keras[export]`.{self.instead}"
                )

    def check(self, contents):
        """Raises what the format cannot hold, before anything is written.

        Args:
            contents: `Contents`.
        """
        if not self.holds_several and len(contents.endpoints) > 1:
            raise ValueError(
                f"The format {self.name!r} holds one endpoint. Received: {sorted(contents.endpoints)}. Write a file for each."
            )
        others = [x for x in contents.resources if not isinstance(x, Layer)]
        if others and not self.holds_resources:
            raise ValueError(
                f"The format {self.name!r} keeps layers, and no objects of TensorFlow. Received: {others}. Write a SavedModel for those."
            )
        if self.engine is not None and door.engine_named(self.engine) is not None:
            self._refuse_own_code(contents)

    def _refuse_own_code(self, contents):
        for layer in contents.layers():
            for kind, engine in _OWN_CODE.items():
                if isinstance(layer, kind) and engine != self.engine:
                    raise ValueError(
                        f"Layer {layer.name!r} ({kind.__name__}) runs code of {engine}, and the format {self.name!r} is made by "
                        f"running the model on tensors of {self.engine}. Export it to a format of {engine}, or write the "
                        "layer with `keras.ops`."
                    )

    @staticmethod
    @contextlib.contextmanager
    def made_with_weights(path, beside):
        """Yields a folder in which two files are made, `model` and `weights`; the weights go to their place first.

        Args:
            path: Where `model` goes.
            beside: Where `weights` go, a path that may be taken.
        """
        with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as folder:
            yield folder
            with replacing(beside) as place:
                os.replace(os.path.join(folder, "weights"), place)
                os.replace(os.path.join(folder, "model"), path)

    def loading(self, contents):
        """How the file is read, as a line of Python with `{path}` in it.

        Args:
            contents: `Contents` that were written.
        """
        raise NotImplementedError

    def write(self, contents, path):
        """Writes a file, or a folder.

        Args:
            contents: `Contents`.
            path: Where nothing is yet; it becomes the file once this returns.
        """
        raise NotImplementedError
