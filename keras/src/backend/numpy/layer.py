"""What layers are on NumPy besides layers: nothing."""


class EngineLayer:
    """Mixin of `Layer`; this engine adds nothing."""
