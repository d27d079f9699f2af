"""The format `torch`: a program of `torch.export`, in a `.pt2` file."""

import contextlib
import inspect
import keyword

import numpy as np

from keras.src import tree
from keras.src.backend import door
from keras.src.export import contents as export_contents
from keras.src.export.signatures import Size, TensorSpec, open_sizes
from keras.src.export.writer import Writer as Base
from keras.src.export.writer import opened
from keras.src.layers import TorchModuleWrapper
from keras.src.utils.module_utils import LazyModule, torch

torch_export = LazyModule("torch.export", pip_name="torch")

_EXAMPLES = (2, 17)
"""Size of the example for the first open size, usually the batch, and about that for others, which are large enough to be pooled
several times. PyTorch takes 1 for fixed, and equal examples perhaps for one size."""


def exported(endpoint, contents, strict=False, dynamic_shapes=None):
    """An endpoint as a `torch.export.ExportedProgram`, which takes structures as the endpoint does.

    Args:
        endpoint: `Endpoint`.
        contents: `Contents` that it belongs to.
        strict: As `torch.export.export` takes it.
        dynamic_shapes: Likewise; by default what the signature leaves open.
    """
    engine = door.engine_named("torch")
    sizes = open_sizes(endpoint.inputs)
    examples = {name: _example(n, i) for i, (name, n) in enumerate(sizes.items())}
    core = door.core_named("torch")
    arguments = _structure(endpoint, lambda spec: _example_of(spec, examples, core))
    if dynamic_shapes is None:
        dims = {name: _dim(n, i) for i, (name, n) in enumerate(sizes.items()) if examples[name] > 1}
        dynamic_shapes = tuple(_structure(endpoint, lambda spec: _open_axes(spec, dims)))
    with torch.no_grad(), _as_guest(engine):
        module = _module(endpoint, contents, engine)
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
def _as_guest(engine):
    """Context of a trace on PyTorch: beside another engine, in which open sizes must not become numbers."""
    if engine is None:
        yield
        return
    with engine.core.device_scope("cpu"), engine.core.sizes_stay_open():
        yield


def _module(endpoint, contents, engine):
    """A module that calls an endpoint. Its parameters are the weights, under their paths."""
    module = torch.nn.Module()
    core = door.core_named("torch")
    own = [layer for layer in contents.layers() if isinstance(layer, TorchModuleWrapper)]
    for i, layer in enumerate(own):
        module.add_module(f"module_{i}", layer.module)
    held = {id(parameter) for parameter in module.parameters()}
    variables = [variable for variable in contents.variables() if id(variable.value) not in held]
    places = [(variable, *_placed(module, variable, engine)) for variable in variables]

    def forward(*arguments):
        weights = [(variable, getattr(holder, name)) for variable, holder, name in places]
        with export_contents.inference(engine, weights):
            return export_contents.plain(endpoint.function(*arguments), core.convert_to_tensor)

    forward.__signature__ = inspect.Signature([_parameter(i, x) for i, x in enumerate(endpoint.signature)])
    module.forward = forward
    return module


def _placed(module, variable, engine):
    """Makes the value of a variable a parameter; returns the module that holds it and its name there."""
    *parents, name = [part.replace(".", "_") for part in variable.path.split("/")]
    for part in map(_free_name, parents):
        if part not in module._modules:
            module.add_module(part, torch.nn.Module())
        module = module._modules[part]
    name = _free_name(name)
    while name in module._parameters or name in module._modules:
        name += "_"
    module.register_parameter(name, variable.value if engine is None else _parameter_of(variable, engine.core))
    return module, name


def _parameter_of(variable, core):
    value = core.convert_to_tensor(variable.numpy())
    learns = variable.trainable and (value.is_floating_point() or value.is_complex())
    return torch.nn.Parameter(value, requires_grad=learns)


def _free_name(name):
    return name + "_" if hasattr(torch.nn.Module, name) or name == "training" else name


def _parameter(number, structure):
    """The parameter of `forward` for an argument: that of a single tensor has the name of the input."""
    name = structure.name if isinstance(structure, TensorSpec) else ""
    name = name if name.isidentifier() and not keyword.iskeyword(name) else f"args_{number}"
    return inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Writer(Base):
    """Writes a `.pt2` file, for `torch.export.load`."""

    name = "torch"
    packages = {"torch": "torch"}
    options = ("strict", "dynamic_shapes")
    loading = "torch.export.load({path}).module()(inputs)"
    ending = ".pt2"
    engine = "torch"

    def write(self, contents, path):
        (endpoint,) = contents.endpoints.values()
        program = export_contents.of_suitable_sizes(
            endpoint, lambda each: exported(each, contents, **self.chosen), self.name
        )
        with opened(path) as file:
            torch_export.save(program, file)
