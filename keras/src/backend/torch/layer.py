"""`EngineLayer`: what makes every layer a `torch.nn.Module`.

A layer keeps its variables and sub-layers in its own lists. PyTorch looks for them in the dicts `_parameters`,
`_buffers` and `_modules`; these are filled ("linked") when PyTorch asks, so that building and calling layers costs
nothing more.
"""

import functools
import re

import torch

from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.utils.attributes import error_of_property
from keras.src.utils.naming import apart, to_snake_case
from keras.src.utils.tracking import INERT

Module = torch.nn.Module


class _Links(dict):
    """Tensors by name. Another tensor put in the place of a variable's value reaches the variable."""

    def __init__(self):
        super().__init__()
        self.variables = {}

    def __setitem__(self, name, value):
        variable = self.variables.get(name)
        if variable is not None and value is not None:
            variable._value = value
        super().__setitem__(name, value)

    def link(self, variables):
        """Holds the values of `variables`, a dict by name, in the place of those that were linked before."""
        for name in self.variables.keys() - variables.keys():
            self.pop(name, None)
        for name, variable in variables.items():
            super().__setitem__(name, variable._value)
        self.variables = variables

    def hold_no_parameters(self):
        """Makes plain tensors of those that are parameters, in the same memory, until `hold_parameters`."""
        for name, value in self.items():
            if isinstance(value, torch.nn.Parameter) and not value.requires_grad:
                self[name] = torch.nn.Buffer(value.detach())


class EngineLayer(Module):
    """A `torch.nn.Module` whose parameters, buffers and submodules are the layer's variables and layers.

    Variables that were made trainable are parameters; all others are buffers. Forward hooks run around `call`.
    """

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls, *args, **kwargs)
        # Here, not in `__init__`: subclasses may set attributes before they call `super().__init__()`.
        Module.__init__(instance)
        own = instance.__dict__
        own["_parameters"], own["_buffers"], own["_linked_modules"] = _Links(), _Links(), ()
        return instance

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        if not torch.compiler.is_compiling():  # Dynamo does not see through the look-up.
            error_of_property(self, name)
        return super().__getattr__(name)

    wrap_module = None
    """Function from a module that is no layer to the layer that wraps it, once there is one."""

    def _adopted(self, value):
        is_foreign = isinstance(value, Module) and not isinstance(value, EngineLayer)
        return self.wrap_module(value) if is_foreign and self.wrap_module is not None else value

    def __setattr__(self, name, value):
        # Asking for a `Parameter` calls a function of Python's; most attributes are plain values.
        plain = value.__class__ in INERT
        if not plain and isinstance(value, (Module, torch.nn.Parameter)) and not isinstance(value, EngineLayer):
            Module.__setattr__(self, name, value)
        else:
            super(Module, self).__setattr__(name, value)

    def __delattr__(self, name):
        if name in self.__dict__:
            super(Module, self).__delattr__(name)
        else:
            Module.__delattr__(self, name)

    def forward(self, *args, **kwargs):
        """The layer's call, under PyTorch's name for it."""
        return self(*args, **kwargs)

    @property
    def torch_params(self):
        """The values of all variables of the layer by path, as a `torch.nn.ParameterDict`."""
        return torch.nn.ParameterDict({v.path: _as_parameter(v._value) for v in self.variables if v._value is not None})

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """The values of variables that were made not to be trained, by name: see `torch.nn.Module.named_buffers`."""
        if not remove_duplicate:  # As `torch.export` asks, which takes no parameter for a buffer.
            for module in self.modules():
                if isinstance(module, EngineLayer):
                    module._buffers.hold_no_parameters()
        return super().named_buffers(prefix, recurse, remove_duplicate)

    # Links

    def _link(self):
        """Shows PyTorch what the layer holds now."""
        taken = set()
        for variable in (*self._trainable_variables, *self._non_trainable_variables):
            variable.settle()
        seeds = [generator.state for generator in self._seed_generators]
        modules = [module for module in self._modules.values() if not isinstance(module, EngineLayer)]
        shown = {id(parameter) for module in modules for parameter in module.parameters()}
        self._parameters.link(_by_name([v for v in self._trainable_variables if id(v._value) not in shown], taken))
        self._buffers.link(_by_name(self._non_trainable_variables + seeds, taken))
        for name in self._linked_modules:
            self._modules.pop(name, None)
        children = _children_by_name(self, taken)
        self._modules.update(children)
        self.__dict__["_linked_modules"] = tuple(children)

    def _apply(self, fn, recurse=True):
        self._link()
        result = super()._apply(fn, recurse)
        for variable in (*self._trainable_variables, *self._buffers.variables.values()):
            variable._dtype = standardize_dtype(variable._value.dtype)
        return result


def _as_parameter(value):
    """A parameter in the memory of `value`, which is one if the variable is trainable."""
    return value if isinstance(value, torch.nn.Parameter) else torch.nn.Parameter(value, requires_grad=False)


def hold_parameters(variables):
    """Makes parameters of values that are none: of parameters alone the compiler knows that their sizes stay."""
    for variable in variables:
        if isinstance(variable._value, torch.nn.Buffer):
            variable._value = _as_parameter(variable._value)


def _by_name(variables, taken):
    return {_unused(v.name, taken): v for v in variables if v._value is not None}


def _children_by_name(layer, taken):
    """Sub-layers by the attribute that holds them, and the places in its lists and dicts; else by their own name.

    A name that the library made up counts all layers of a program: of it the kind is kept, so that each instance of a
    model has the same names.
    """
    names = {}
    for attribute, value in vars(layer).items():
        if isinstance(value, EngineLayer):
            names[id(value)] = attribute
        elif not attribute.startswith("_"):
            _name_contents(value, attribute, names, set())
    return {_unused(names.get(id(child)) or _own_name(child), taken): child for child in layer._layers}


def _name_contents(value, path, names, seen):
    """Puts the names of the layers in a container, at any depth, into `names`, by their ids; `seen` are containers."""
    if isinstance(value, EngineLayer):
        names.setdefault(id(value), path)
    elif isinstance(value, (list, tuple, dict)) and id(value) not in seen:
        seen.add(id(value))
        for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
            _name_contents(entry, f"{path}_{key}", names, seen)


def _own_name(layer):
    kind = to_snake_case(type(layer).__name__)
    return kind if re.fullmatch(rf"{kind}_\d+", layer.name) else layer.name


def _unused(name, taken):
    """A name for PyTorch, which allows no dots, and each name once."""
    return apart(name.replace(".", "_"), taken)


def _linking(method):
    """A method of `Module` that links first."""

    @functools.wraps(method)
    def linked(self, *args, **kwargs):
        self._link()
        return method(self, *args, **kwargs)

    return linked


def _hooking(method):
    """A method of `Module` that registers a hook. That hooks are run, `call` becomes PyTorch's way to call a module."""

    @functools.wraps(method)
    def registering(self, *args, **kwargs):
        if "forward" not in self.__dict__:
            self.__dict__["forward"] = self.call
            self.call = functools.partial(Module._call_impl, self)
        return method(self, *args, **kwargs)

    return registering


for _name in ("named_modules", "named_children", "state_dict", "_load_from_state_dict", "get_submodule"):
    setattr(EngineLayer, _name, _linking(getattr(Module, _name)))

for _name in (
    "register_forward_pre_hook",
    "register_forward_hook",
    "register_full_backward_pre_hook",
    "register_full_backward_hook",
):
    setattr(EngineLayer, _name, _hooking(getattr(Module, _name)))
