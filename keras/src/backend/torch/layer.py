"""`EngineLayer`: what makes every layer a `torch.nn.Module`."""

import torch


class EngineLayer(torch.nn.Module):
    """A `torch.nn.Module` whose parameters and submodules are the layer's variables and layers."""

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls)
        torch.nn.Module.__init__(instance)
        return instance

    def __init__(self, *args, **kwargs):
        pass
