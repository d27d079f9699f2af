"""An engine as the rest of the library has it: its modules, with the defaults of the contract where they are silent."""

import importlib
import importlib.util
import inspect
import types

from keras.src.backend import contract


def _only_a_docstring():
    """A function without a body."""


def members(part):
    """`(name, default, required)` of each name of a part of the contract."""
    annotations = {name: None for base in reversed(part.__mro__) for name in base.__dict__.get("__annotations__", ())}
    values = {name: value for base in reversed(part.__mro__[:-1]) for name, value in vars(base).items()}
    for name in {**annotations, **{n: None for n in values if not n.startswith("__")}}:
        value = values.get(name)
        yield name, value, name not in values or _is_required(value)


def _is_required(value):
    if inspect.isfunction(value):
        code = value.__code__
        return code.co_code == _only_a_docstring.__code__.co_code and code.co_consts == (value.__doc__, None)
    return inspect.isclass(value)


def fill(module, part):
    """Puts the defaults of a part of the contract into a module that leaves them out."""
    for name, default, required in members(part):
        if not required and name not in vars(module):
            setattr(module, name, default)


def defaults(name):
    """A module that holds the defaults of an optional part of the contract."""
    module = types.ModuleType(name, contract.OPTIONAL[name].__doc__)
    fill(module, contract.OPTIONAL[name])
    return module


class Engine:
    """The modules of an engine, each filled with the defaults of the contract, imported when they are first asked for.

    Args:
        name: Name of the package below `keras.src.backend`.
    """

    def __init__(self, name):
        self.name = name
        self.package = f"keras.src.backend.{name}"

    def __getattr__(self, name):
        part = contract.AT_ONCE.get(name) or contract.LATER.get(name) or contract.OPTIONAL.get(name)
        if part is None:
            raise AttributeError(f"The contract of an engine has no module {name!r}.")
        module = self._import(name)
        for each in (part, *contract.ALSO.get(name, ())):
            fill(module, each)
        self.__dict__[name] = module
        return module

    def _import(self, name):
        path = f"{self.package}.{name}"
        if name in contract.OPTIONAL and importlib.util.find_spec(path) is None:
            return defaults(name)
        return importlib.import_module(path)

    def kernels(self, domain):
        """The module with the kernels of a domain of ops; `core` holds those of domains without one."""
        return getattr(self, domain if domain in contract.AT_ONCE else "core")

    def kernel(self, declaration):
        """The kernel of a declared op, or `None`."""
        if self.core.find_kernel is not None:
            return self.core.find_kernel(declaration)
        return vars(self.kernels(declaration.domain)).get(declaration.name)
