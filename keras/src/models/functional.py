"""`Functional`: the class of models made from symbolic inputs and outputs."""

import abc

from keras.src.models.model import Model


class _HasGraph(abc.ABCMeta):
    """Whoever asks whether a model is a `Functional` wants to know of its graph: subclasses of `Model` may have one.

    (An `ABCMeta`, so that subclasses of `Functional` may be abstract.)
    """

    def __instancecheck__(cls, instance):
        if type.__instancecheck__(cls, instance):
            return True
        return cls is Functional and isinstance(instance, Model) and instance._model_graph is not None


class Functional(Model, metaclass=_HasGraph):
    """A model made from symbolic inputs and outputs; `keras.Model(inputs, outputs)` makes one.

    Args:
        inputs: Symbolic tensor or structure of them; from `keras.Input`, or from the middle of a graph.
        outputs: Symbolic tensor or structure of them.
        name: Name; made from the class name by default.
        **kwargs: `trainable` and `dtype`, as for layers.
    """

    def __init__(self, inputs, outputs, name=None, **kwargs):
        super().__init__(inputs, outputs, name=name, **kwargs)


Model._graph_class = Functional
