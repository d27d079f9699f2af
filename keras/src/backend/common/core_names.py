"""Functions of an engine's `core` by the name of its package, where other libraries look for them."""

import importlib

_NAMES = frozenset(
    """
    Variable cast compute_output_spec cond convert_to_numpy convert_to_tensor device_scope fori_loop is_tensor map
    name_scope random_seed_dtype scan scatter scatter_update shape slice slice_update stop_gradient switch unstack
    vectorized_map while_loop
    """.split()
)


def finder(package, elsewhere=()):
    """The `__getattr__` of an engine's package.

    Args:
        package: Name of the package.
        elsewhere: Dict from further names to the module of the package and the name there.
    """

    def find(name):
        if name in _NAMES:
            return getattr(importlib.import_module(f"{package}.core"), name)
        if name in elsewhere:
            module, own_name = elsewhere[name]
            return getattr(importlib.import_module(f"{package}.{module}"), own_name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
