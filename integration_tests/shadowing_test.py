"""`from package import module` gives the module: nothing in a package takes the name of one of its modules."""

import importlib
import pkgutil
import sys

import keras.src

ENGINES = ("jax", "numpy", "openvino", "tensorflow", "torch")
BY_CONTRACT = {
    f"keras.src.backend{engine}.{domain}"
    for engine in ("", *(f".{name}" for name in ENGINES))
    for domain in ("numpy", "nn", "math", "linalg", "image", "random")
}
"""These are functions of the engine, as other libraries call them, whatever modules have such names: `backend/functions.py`."""


def load_all(path=keras.src.__path__, prefix="keras.src."):
    """Imports every module but those of engines, of which the running one is loaded already: importing the package of
    another would put it in the place of the running one's kernels."""
    for found in pkgutil.iter_modules(path, prefix):
        is_of_engine = found.name.startswith(
            tuple(f"keras.src.{area}.{e}" for area in ("backend", "testing") for e in ENGINES)
        )
        if is_of_engine or found.name.endswith("_test"):
            continue
        module = importlib.import_module(found.name)
        if found.ispkg:
            load_all(module.__path__, f"{found.name}.")


def test_no_name_shadows_a_module():
    load_all()
    loaded = {name: module for name, module in sys.modules.items() if name.startswith("keras.src.")}
    shadowed = []
    for name in loaded.keys() - BY_CONTRACT:
        package, _, short = name.rpartition(".")
        # The runner's way of importing leaves some packages without the attribute; then nothing else has the name.
        if getattr(sys.modules[package], short, loaded[name]) is not loaded[name]:
            shadowed.append(name)
    assert not shadowed
