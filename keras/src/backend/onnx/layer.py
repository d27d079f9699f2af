"""No layer is of this engine."""


class EngineLayer:
    """Stands for the engine's part of a layer, which there is none of."""
