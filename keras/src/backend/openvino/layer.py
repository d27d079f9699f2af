"""What layers are on OpenVINO besides layers: nothing."""


class EngineLayer:
    """Mixin of `Layer`; this engine adds nothing."""
