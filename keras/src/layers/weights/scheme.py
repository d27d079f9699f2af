"""How a weight is held."""

from keras.src import ops


class Scheme:
    """A weight that is a variable; subclasses make it of other variables too, and may hold it in another form.

    A layer asks its scheme for the weight, or what comes of inputs and the weight, and never looks at the variables behind
    it, so that a new way of holding weights is one class.

    Args:
        variable: The variable that the layer made.
        use: What the layer does with it, a `Use`.
    """

    # How many of the variables stand before the other weights of the layer in files.
    before = 1

    def __init__(self, variable, use=None):
        self.variable = variable
        self.use = use
        self.shape = tuple(variable.shape)

    def value(self):
        """The weight, a tensor to compute with."""
        return self.variable.value

    def product(self, x, training=None):
        """What the layer's `use` makes of inputs and the weight, in training or not."""
        return self.use.product(x, ops.cast(self.value(), x.dtype))

    def with_bias(self, outputs, bias):
        """A product plus a bias; `None` stands for no bias."""
        return outputs if bias is None else ops.add(outputs, bias.value)

    def rows(self, indices):
        """Rows of the weight."""
        return ops.take(self.value(), indices, axis=0)

    def shown(self):
        """The weight as the layer's attribute shows it: the variable, or a tensor."""
        return self.variable

    def variables(self):
        """The variables that hold the weight."""
        return [self.variable]

    def encoded(self, value):
        """Values of the variables for a weight."""
        return [value]

    def saved(self):
        """What is written to a file for each of the variables."""
        return [self.shown()]
