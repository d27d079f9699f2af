"""Holds the public names against `api/keras_api.json`: the names, parameters and members of Keras 3.15.1."""

import ast
import importlib
import inspect
import json
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import keras

# Namespaces in which no name may be missing any more. The list only grows.
COMPLETE = [
    "keras.activations",
    "keras.backend",
    "keras.callbacks",
    "keras.config",
    "keras.constraints",
    "keras.datasets.boston_housing",
    "keras.datasets.california_housing",
    "keras.datasets.cifar10",
    "keras.datasets.cifar100",
    "keras.datasets.fashion_mnist",
    "keras.datasets.imdb",
    "keras.datasets.mnist",
    "keras.datasets.reuters",
    "keras.distillation",
    "keras.distribution",
    "keras.dtype_policies",
    "keras.initializers",
    "keras.losses",
    "keras.metrics",
    "keras.mixed_precision",
    "keras.models",
    "keras.ops",
    "keras.ops.image",
    "keras.ops.linalg",
    "keras.ops.nn",
    "keras.ops.numpy",
    "keras.optimizers",
    "keras.optimizers.schedules",
    "keras.preprocessing",
    "keras.preprocessing.image",
    "keras.preprocessing.sequence",
    "keras.quantizers",
    "keras.random",
    "keras.regularizers",
    "keras.saving",
    "keras.tree",
    "keras.utils",
    "keras.wrappers",
    "keras.visualization",
]

# Names that Keras 3.15.1 does not have: all of them are listed here.
BEYOND = {
    "keras.ops.grad",
    "keras.ops.jacobian",
    "keras.ops.value_and_grad",
    "keras.ops.vjp",
    "keras.quantizers.QuantizationReport",
    "keras.quantizers.TernaryQuantizationConfig",
    "keras.quantizers.pack_ternary",
    "keras.quantizers.unpack_ternary",
}

ROWS = json.loads(Path(__file__).parent.joinpath("api", "keras_api.json").read_text(encoding="utf-8"))
STARS = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def by_namespace():
    found = defaultdict(list)
    for row in ROWS:
        for name in row["names"]:
            found[name.rpartition(".")[0]].append((name.rpartition(".")[2], row))
    return found


NAMESPACES = by_namespace()


def package(name):
    """The public package of that name, or None where it does not exist yet."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and name.startswith(error.name):
            return None
        raise


def parameters(function, bound):
    """[(name with its stars, default)] of a callable, without `self` where `bound`; None where it tells none."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    if bound and found and found[0].name in ("self", "cls"):
        del found[0]
    return [(STARS.get(p.kind, "") + p.name, p.default) for p in found]


def default_fault(name, expected, actual):
    if not expected:
        return None if actual is inspect.Parameter.empty else f"{name} has a default, and must not"
    (text,) = expected
    if actual is inspect.Parameter.empty:
        return f"{name} needs the default {text}"
    # "<type>" stands for some object that has no literal.
    return None if text.startswith("<") or repr(actual) == text else f"{name}={actual!r} instead of {text}"


def signature_faults(expected, actual):
    """What the listed parameters want and the actual ones lack. Further parameters need a default."""
    if expected is None or actual is None:
        return []
    defaults = dict(actual)
    order = list(defaults)
    plain = [row for row in expected if not row[0].startswith("*")]
    faults = [f"parameter {row[0]} is missing" for row in plain if row[0] not in defaults]
    present = [row for row in plain if row[0] in defaults]
    faults += [default_fault(row[0], row[1:], defaults[row[0]]) for row in present]
    positions = [order.index(row[0]) for row in present]
    if positions != sorted(positions):
        faults.append(f"the order of parameters is {order}")
    listed = {row[0] for row in expected}
    extra = [n for n, d in actual if n not in listed and not n.startswith("*") and d is inspect.Parameter.empty]
    faults += [f"{name} is required, and is not in the list" for name in extra]
    kinds = {name[: name.count("*")] for name in order if name.startswith("*")}
    faults += [f"{row[0]} is missing" for row in expected if row[0].startswith("*") and stars(row[0]) not in kinds]
    return [fault for fault in faults if fault]


def stars(name):
    return name[: len(name) - len(name.lstrip("*"))]


def member_faults(cls, name, expected):
    if not hasattr(cls, name):
        return [f"member {name} is missing"]
    if not isinstance(expected, list):
        return []
    member = inspect.getattr_static(cls, name)
    member = getattr(member, "__func__", member)
    if not callable(member):
        return [f"member {name} is not callable"]
    return [f"{name}: {fault}" for fault in signature_faults(expected, parameters(member, bound=True))]


# The list was made on JAX, where steps take the state and return it changed; on other engines they take the data alone.
STEPS_WITH_STATE = ("train_step", "test_step", "predict_step", "compute_loss_and_updates", "jax_state_sync")


def class_faults(cls, row):
    if not inspect.isclass(cls):
        return ["is not a class"]
    faults = signature_faults(row["init"], parameters(cls.__init__, bound=True))
    for name, expected in row["members"].items():
        if name not in STEPS_WITH_STATE or hasattr(cls, "compute_loss_and_updates"):
            faults += member_faults(cls, name, expected)
    ancestors = {base.__name__ for base in cls.__mro__}
    return faults + [f"is no {base}" for base in row["bases"] if base.rpartition(".")[2] not in ancestors]


def row_faults(value, row):
    if row["kind"] == "class":
        return class_faults(value, row)
    if row["kind"] == "function":
        return signature_faults(row["params"], parameters(value, bound=False)) if callable(value) else ["not callable"]
    return [] if type(value).__name__ == row["type"] else [f"is a {type(value).__name__}"]


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_names_that_exist_have_the_listed_parameters_and_members(namespace):
    module = package(namespace)
    exported = set(module.__all__) if module else set()
    faults = []
    for short, row in NAMESPACES[namespace]:
        if short in exported:
            faults += [f"{namespace}.{short}: {fault}" for fault in row_faults(getattr(module, short), row)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("namespace", COMPLETE)
def test_nothing_is_missing_in_a_complete_namespace(namespace):
    assert {short for short, _ in NAMESPACES[namespace]} <= set(package(namespace).__all__)


def public_packages():
    """The generated packages: those with a stub."""
    root = Path(keras.__file__).parent
    folders = [stub.parent.relative_to(root.parent) for stub in sorted(root.rglob("__init__.pyi"))]
    return [".".join(folder.parts) for folder in folders]


def test_names_beyond_the_list():
    listed = {name for row in ROWS for name in row["names"]} | set(public_packages())
    offered = {f"{name}.{short}" for name in public_packages() for short in importlib.import_module(name).__all__}
    assert offered - listed == BEYOND


def test_names_of_one_row_are_one_object():
    apart = []
    for row in ROWS:
        modules = [(package(name.rpartition(".")[0]), name.rpartition(".")[2]) for name in row["names"]]
        values = [getattr(module, short) for module, short in modules if module and short in module.__all__]
        if any(value is not values[0] for value in values):
            apart.append(row["names"])
    assert not apart


def test_stubs_list_what_the_packages_offer():
    for name in public_packages():
        module = importlib.import_module(name)
        stub = Path(module.__file__).with_suffix(".pyi")
        declared = {short for node in ast.parse(stub.read_text()).body for short in names_declared(node)}
        offered = {short for short in declared if not short.startswith("_") or short == "__version__"}
        assert sorted(offered) == module.__all__, name


def names_declared(node):
    """What a statement of a stub offers: an import only what it names anew."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.ImportFrom):
        return [alias.asname for alias in node.names if alias.asname]
    targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
    return [target.id for target in targets]


def legacy_packages():
    """The generated packages of names that `tf.keras` alone has."""
    root = Path(keras.__file__).parent
    return [
        ".".join(init.parent.relative_to(root.parent).parts) for init in sorted(root.glob("_legacy/**/__init__.py"))
    ]


def test_every_marked_object_is_public_under_its_names():
    for name in [*public_packages(), *legacy_packages()]:
        module = importlib.import_module(name)
        for short in module.__all__:
            getattr(module, short)
    lost = []
    for module in [m for n, m in sys.modules.items() if n.startswith("keras.src") and not n.endswith("_test")]:
        for value in list(vars(module).values()):
            marked = inspect.isclass(value) or inspect.isfunction(value)
            if not marked or getattr(value, "_api_export_symbol_id", None) != id(value):
                continue
            marked = value._api_export_path
            for path in [marked] if isinstance(marked, str) else marked:
                space, _, short = path.rpartition(".")
                if getattr(sys.modules.get(space), short, None) is not value:
                    lost.append(path)
    assert not lost, sorted(set(lost))
