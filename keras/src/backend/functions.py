"""Functions of an engine by domain, as other libraries call them: `keras.src.backend.numpy.sum(x, axis=1)`.

Kernels are called by the rules of the contract only, so what stands under these names are the public functions.
"""

import importlib
import types

from keras.src.backend import door
from keras.src.backend.common import running
from keras.src.utils import later

# Where the functions of a domain are: the module, and a package in it.
_DOMAINS = {"numpy": ("ops", None), "math": ("ops", None), "random": ("random", None)}
_DOMAINS.update({name: ("ops", name) for name in ("nn", "linalg", "image")})
DOMAINS = tuple(_DOMAINS)


class Served:
    """Functions of a module, called so that what they make belongs to an engine.

    Args:
        module: Module, or what has functions as a module has them.
        engine: Name of the engine.
    """

    def __init__(self, module, engine):
        self._module, self._engine = module, engine

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        function = self._find(name)
        if self._engine == running.engine.ENGINE.name or not callable(function):
            return function

        def served(*args, **kwargs):
            with door.within(door.guest(self._engine)):
                return function(*args, **kwargs)

        return served

    def _find(self, name):
        return getattr(self._module, name)


class Functions(Served):
    """Public functions of a domain, and what the engine's module has beside them.

    Args:
        engine: Name of the engine.
        domain: One of `DOMAINS`.
    """

    def __init__(self, engine, domain):
        module, package = _DOMAINS[domain]
        public = getattr(later, module)
        super().__init__(public if package is None else getattr(public, package), engine)
        self._path = f"keras.src.backend.{engine}.{domain}"

    def _find(self, name):
        if hasattr(self._module, name):
            return getattr(self._module, name)
        return getattr(importlib.import_module(self._path), name)


def _functions(domain):
    def read(package):
        return Functions(package._engine_name(), domain)

    def leave(package, module):
        """The import of a submodule sets it among the names of its package, where functions stand."""

    return property(read, leave)


class EnginePackage(types.ModuleType):
    """The package of an engine, or of the running one, whose domains are functions: `keras.src.backend.jax.numpy.sum`."""

    def _engine_name(self):
        return self.ENGINE.name if "ENGINE" in vars(self) else self.__name__.rpartition(".")[2]


for _domain in DOMAINS:
    setattr(EnginePackage, _domain, _functions(_domain))
