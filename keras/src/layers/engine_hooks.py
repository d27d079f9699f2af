"""What an engine's mixin for layers may override; by default nothing happens."""


class EngineHooks:
    """Stands behind `backend.EngineLayer` in the order of base classes."""

    _learnt = None
    """What a layer has learnt beside its variables; compiled steps serve as long as it is the same object."""

    _is_placeholder = False
    """Whether the layer stands for an input, and computes nothing."""

    def _post_build(self):
        """Called when the layer was built."""

    def _post_track_variable(self, variable):
        """Called when `add_weight` made a variable."""

    def _post_untrack_variable(self, variable):
        """Called when a variable was taken away."""

    def _setattr_hook(self, name, value):
        """What is set instead, when an attribute is set: a name and a value; other libraries replace it."""
        return name, value

    def _adopted(self, value):
        """What becomes of an object that is set as an attribute."""
        return value
