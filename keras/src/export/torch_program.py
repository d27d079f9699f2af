"""The format `torch`: a program of `torch.export`, in a `.pt2` file."""

import contextlib
import inspect
import json
import keyword

import numpy as np

from keras.src import tree
from keras.src.backend import door
from keras.src.backend.common.stateless_scope import changes_within
from keras.src.export import contents as export_contents
from keras.src.export.signatures import Size, TensorSpec, open_sizes
from keras.src.export.writer import Writer as Base
from keras.src.export.writer import opened
from keras.src.layers import TorchModuleWrapper
from keras.src.utils.module_utils import LazyModule, torch

torch_export = LazyModule("torch.export", pip_name="torch")
pt2_archive = LazyModule("torch.export.pt2_archive._package", pip_name="torch")

_EXAMPLES = (2, 17)
"""Size of the example for the first open size, usually the batch, and about that for others, which are large enough to be pooled
several times. PyTorch takes 1 for fixed, and equal examples perhaps for one size."""


def exported(endpoint, weights, strict=False, dynamic_shapes=None):
    """An endpoint as a `torch.export.ExportedProgram`, which takes structures as the endpoint does.

    Args:
        endpoint: `Endpoint`.
        weights: `Weights` of the contents that it belongs to.
        strict: As `torch.export.export` takes it.
        dynamic_shapes: Likewise; by default what the signature leaves open.
    """
    sizes = open_sizes(endpoint.inputs)
    examples = {name: _example(n, i) for i, (name, n) in enumerate(sizes.items())}
    arguments = examples_of(endpoint, examples)
    if dynamic_shapes is None:
        dims = {name: _dim(n, i) for i, (name, n) in enumerate(sizes.items()) if examples[name] > 1}
        dynamic_shapes = tuple(_structure(endpoint, lambda spec: _open_axes(spec, dims)))
    with torch.no_grad(), as_guest(weights.engine):
        module = weights.module_of(endpoint)
        settings = {"dynamic_shapes": dynamic_shapes, "strict": strict}
        try:
            return torch_export.export(module, tuple(arguments), **settings)
        except Exception as error:
            if "Constraints violated" not in str(error) or "Suggested fixes" in str(error):
                raise
            # What PyTorch cannot prove of sizes, as of those behind a pool, the program asserts when it runs.
            return torch_export.export(
                module, tuple(arguments), **settings, prefer_deferred_runtime_asserts_over_guards=True
            )


def examples_of(endpoint, sizes):
    """Structures of tensors of zeros, one for each argument.

    Args:
        endpoint: `Endpoint`.
        sizes: Dict from the names of open sizes to ints.
    """
    core = door.core_named("torch")
    return _structure(endpoint, lambda spec: _example_of(spec, sizes, core))


def _structure(endpoint, function):
    return export_contents.plain(tree.map_structure(lambda spec: _Result(function(spec)), endpoint.signature), _value)


class _Result:
    """Keeps a dict from being taken for a structure."""

    def __init__(self, value):
        self.value = value


def _value(result):
    return result.value


def _example(size, number):
    wanted = _EXAMPLES[number > 0] + number
    if size.most is not None:
        wanted = min(wanted, size.most - number)
    return max(wanted, size.least)


def _dim(size, number):
    return torch_export.Dim(f"size_{number}", min=size.least, max=size.most)


def _example_of(spec, examples, core):
    shape = tuple(examples[n.name] if isinstance(n, Size) else n for n in spec.shape)
    return core.convert_to_tensor(np.zeros(shape, "int32"), spec.dtype)


def _open_axes(spec, dims):
    return {i: dims[n.name] for i, n in enumerate(spec.shape) if isinstance(n, Size) and n.name in dims}


@contextlib.contextmanager
def as_guest(engine):
    """Context of a trace on PyTorch: beside another engine, in which open sizes must not become numbers."""
    if engine is None:
        yield
        return
    with engine.core.device_scope("cpu"), engine.core.sizes_stay_open():
        yield


class Weights:
    """The variables of `Contents` as a module of PyTorch, which has them as parameters and buffers under their paths.

    Args:
        contents: `Contents`.

    Attributes:
        engine: PyTorch as a guest, or `None` where it runs.
    """

    def __init__(self, contents):
        self.engine = door.engine_named("torch")
        self._contents, self._places = contents, {}
        self._module = torch.nn.Module()
        own = [layer for layer in contents.layers() if isinstance(layer, TorchModuleWrapper)]
        for i, layer in enumerate(own):
            self._module.add_module(f"module_{i}", layer.module)
        held = {id(parameter) for parameter in self._module.parameters()}
        with as_guest(self.engine):
            for variable in contents.held_variables():
                if id(variable.value) not in held:
                    self._places[id(variable)] = (variable, *self._placed(variable))

    def _placed(self, variable):
        """Makes the value of a variable a parameter or a buffer; returns the module that holds it and its name there."""
        *parents, name = [part.replace(".", "_") for part in variable.path.split("/")]
        module = self._module
        for part in map(_free_name, parents):
            if part not in module._modules:
                module.add_module(part, torch.nn.Module())
            module = module._modules[part]
        name = _free_name(name)
        while name in module._parameters or name in module._modules or name in module._buffers:
            name += "_"
        value = variable.value.detach() if self.engine is None else self._of_guest(variable)
        if variable.trainable and (value.is_floating_point() or value.is_complex()):
            module.register_parameter(name, torch.nn.Parameter(value))
        else:
            module.register_buffer(name, value)
        return module, name

    def _of_guest(self, variable):
        return self.engine.core.convert_to_tensor(variable.numpy())

    def names(self, variables):
        """Names of variables in the state of a program.

        Args:
            variables: List of variables.
        """
        tensors = {**dict(self._module.named_parameters()), **dict(self._module.named_buffers())}
        found = {id(tensor): name for name, tensor in tensors.items()}
        return [found[id(self._tensor(v))] for v in variables]

    def _tensor(self, variable):
        """The parameter or the buffer of a variable; those of a module that a layer wraps are its values."""
        if id(variable) not in self._places:
            return variable.value
        _, holder, name = self._places[id(variable)]
        return getattr(holder, name)

    def module_of(self, endpoint):
        """The module, which calls an endpoint.

        Args:
            endpoint: `Endpoint`.
        """
        core = door.core_named("torch")

        def forward(*arguments, **named):
            arguments = forward.__signature__.bind(*arguments, **named).args
            pairs = [(variable, getattr(holder, name)) for variable, holder, name in self._places.values()]
            with export_contents.inference(self.engine, pairs) as scope:
                outputs = export_contents.plain(endpoint.function(*arguments), core.convert_to_tensor)
            self._assign(endpoint, changes_within(scope))
            return outputs

        forward.__signature__ = inspect.Signature([_parameter(i, x) for i, x in enumerate(endpoint.signature)])
        self._module.forward = forward
        return self._module

    def _assign(self, endpoint, changes):
        """Writes what an endpoint assigned to variables, as part of the program."""
        self._contents.check_changes(endpoint, [variable for variable, _ in changes])
        for variable, value in () if endpoint.options.get("is_static") else changes:
            self._tensor(variable).copy_(value)


def _free_name(name):
    return name + "_" if hasattr(torch.nn.Module, name) or name == "training" else name


def _parameter(number, structure):
    """The parameter of `forward` for an argument: that of a single tensor has the name of the input."""
    name = structure.name if isinstance(structure, TensorSpec) else ""
    name = name if name.isidentifier() and not keyword.iskeyword(name) else f"args_{number}"
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Writer(Base):
    """Writes a `.pt2` file: of one endpoint for `torch.export.load`, of several for `load_pt2`, whose programs have weights of their own."""

    name = "torch"
    packages = {"torch": "torch"}
    options = ("strict", "dynamic_shapes")
    ending = ".pt2"
    engine = "torch"
    holds_several = True

    def loading(self, contents):
        if _is_archive(contents):
            return "torch.export.pt2_archive._package.load_pt2({path}).exported_programs[name].module()(inputs)"
        return "torch.export.load({path}).module()(inputs)"

    def write(self, contents, path):
        weights = Weights(contents)
        programs = {name: self._program(each, weights) for name, each in contents.endpoints.items()}
        collections = {name: weights.names(variables) for name, variables in contents.collections.items()}
        with opened(path) as file:
            if _is_archive(contents):
                extra = {"collections.json": json.dumps(collections)}
                pt2_archive.package_pt2(file, exported_programs=programs, extra_files=extra)
            else:
                torch_export.save(*programs.values(), file)

    def _program(self, endpoint, weights):
        return export_contents.of_suitable_sizes(
            endpoint, lambda each: exported(each, weights, **self.chosen), self.name
        )


def _is_archive(contents):
    return len(contents.endpoints) > 1 or bool(contents.collections)
