"""Operators of our own, for what PyTorch's tracers cannot follow: `torch.ops.keras.<name>`, opaque to them."""

import torch

_library = torch.library.Library("keras", "FRAGMENT")


def define(signature, run, describe, batch=None, backward=None, keep=None):
    """Defines an operator, once in a process, also where the library is loaded anew.

    Args:
        signature: Name, arguments and results in PyTorch's schema language.
        run: The function that does the work.
        describe: Function of the same arguments that gives empty tensors like the results.
        batch: How `torch.vmap` calls it, see `torch.library.register_vmap`.
        backward: The gradients, see `torch.library.register_autograd`.
        keep: What the gradients need of the call, likewise.
    """
    name = signature.partition("(")[0]
    if hasattr(torch.ops.keras, name):
        return
    _library.define(signature, tags=(torch.Tag.pt2_compliant_tag,))
    _library.impl(name, run, "CompositeExplicitAutograd")
    torch.library.register_fake(f"keras::{name}", describe, lib=_library)
    if batch is not None:
        torch.library.register_vmap(f"keras::{name}", batch, lib=_library)
    if backward is not None:
        torch.library.register_autograd(f"keras::{name}", backward, setup_context=keep, lib=_library)
