"""Modules that are imported when they are first used."""

import importlib.util
import sys

from keras._lazy import import_without_draws


class LazyModule:
    """Stands for a module until an attribute of it is asked for.

    Args:
        name: Dotted name of the module.
        pip_name: What `pip install` calls the package, where that differs from the module's name.
        import_error_msg: Message of the `ImportError` raised when the module is missing.

    Example:

    >>> LazyModule("json").dumps([1])
    '[1]'
    """

    def __init__(self, name, pip_name=None, import_error_msg=None):
        self._name = name
        self._package = pip_name or name.partition(".")[0]
        self._import_error_msg = import_error_msg
        self._module = None
        self._prepare = None

    def prepare_by(self, function):
        """Lets `function` have the module where it is imported here at first, before anybody uses it."""
        self._prepare = function

    @property
    def available(self):
        """Whether the module can be found; it is not imported for that."""
        if self._module is not None:
            return True
        try:
            return importlib.util.find_spec(self._name) is not None
        except ModuleNotFoundError:
            return False

    def initialize(self):
        """Imports the module and returns it.

        Raises:
            ImportError: The module is not installed; the message says which package provides it.
        """
        if self._module is None:
            is_new = self._name not in sys.modules
            try:
                self._module = import_without_draws(self._name)
            except ModuleNotFoundError as error:
                message = self._import_error_msg or (
                    f"This needs the module {self._name!r}, which is not installed. "
                    f"Install it with `pip install {self._package}`."
                )
                raise ImportError(message) from error
            if is_new and self._prepare is not None:
                self._prepare(self._module)
        return self._module

    def __getattr__(self, attribute):
        if attribute.startswith("__") and attribute.endswith("__") and self._module is None:
            raise AttributeError(attribute)
        return getattr(self.initialize(), attribute)

    def __reduce__(self):
        return type(self), (self._name, self._package, self._import_error_msg)

    def __repr__(self):
        return f"LazyModule({self._name!r})"


absl_parameterized = LazyModule("absl.testing.parameterized", pip_name="absl-py")
matplotlib = LazyModule("matplotlib")
pandas = LazyModule("pandas")
PIL = LazyModule("PIL", pip_name="pillow")
pydot = LazyModule("pydot")
scipy = LazyModule("scipy")
sklearn = LazyModule("sklearn", pip_name="scikit-learn")
dmtree = LazyModule("tree", pip_name="dm-tree")
tensorflow = LazyModule("tensorflow")
jax = LazyModule("jax")
torch = LazyModule("torch")
grain = LazyModule("grain")
h5py = LazyModule("h5py")
safetensors = LazyModule("safetensors")
safetensors_numpy = LazyModule("safetensors.numpy")
huggingface_hub = LazyModule("huggingface_hub")
fsspec = LazyModule("fsspec")
