"""How a weight is held."""


class Scheme:
    """A weight that is a variable; subclasses make it of other variables too, and may hold it in another form.

    A layer asks its scheme for the weight and never looks at the variables behind it, so that a new way of holding
    weights is one class. What a file holds for the weight is what `saved()` gives.

    Args:
        variable: The variable that the layer made.
    """

    def __init__(self, variable):
        self.variable = variable

    def value(self):
        """The weight, a tensor to compute with."""
        return self.variable.value

    def shown(self):
        """The weight as the layer's attribute shows it: the variable, or a tensor."""
        return self.variable

    def saved(self):
        """What is written to a file."""
        return self.shown()

    def load(self, value):
        """Takes over the weight from a file."""
        self.variable.assign(value)
