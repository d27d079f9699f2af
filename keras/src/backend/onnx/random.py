"""Graphs draw no random numbers: each draw raises."""

from keras.src.backend.onnx.tensor import NotInGraph


def _no_draw(*args):
    raise NotInGraph(
        "In ONNX, graphs draw no random numbers. Export the model for inference (`training=False`), where layers "
        "such as Dropout draw none, or give the random numbers as an input."
    )


normal = truncated_normal = uniform = randint = categorical = dropout = shuffle = gamma = binomial = beta = _no_draw
