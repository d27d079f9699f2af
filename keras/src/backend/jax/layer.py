"""What layers are on JAX besides layers: nothing."""


class EngineLayer:
    """Mixin of `Layer`; this engine adds nothing."""
