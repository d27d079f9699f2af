"""Docstrings of the constructors of networks, made from what is known of each."""

import inspect
import textwrap

PAPERS = {
    "convnext": ("A ConvNet for the 2020s", "Liu et al., 2022", "2201.03545"),
    "densenet": ("Densely Connected Convolutional Networks", "Huang et al., 2016", "1608.06993"),
    "efficientnet": (
        "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        "Tan and Le, 2019",
        "1905.11946",
    ),
    "efficientnet_v2": ("EfficientNetV2: Smaller Models and Faster Training", "Tan and Le, 2021", "2104.00298"),
    "inception_resnet_v2": (
        "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
        "Szegedy et al., 2016",
        "1602.07261",
    ),
    "inception_v3": (
        "Rethinking the Inception Architecture for Computer Vision",
        "Szegedy et al., 2015",
        "1512.00567",
    ),
    "mobilenet": (
        "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
        "Howard et al., 2017",
        "1704.04861",
    ),
    "mobilenet_v2": (
        "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
        "Sandler et al., 2018",
        "1801.04381",
    ),
    "mobilenet_v3": ("Searching for MobileNetV3", "Howard et al., 2019", "1905.02244"),
    "nasnet": (
        "Learning Transferable Architectures for Scalable Image Recognition",
        "Zoph et al., 2017",
        "1707.07012",
    ),
    "resnet": ("Deep Residual Learning for Image Recognition", "He et al., 2015", "1512.03385"),
    "resnet_v2": ("Identity Mappings in Deep Residual Networks", "He et al., 2016", "1603.05027"),
    "vgg": (
        "Very Deep Convolutional Networks for Large-Scale Image Recognition",
        "Simonyan and Zisserman, 2014",
        "1409.1556",
    ),
    "xception": ("Xception: Deep Learning with Depthwise Separable Convolutions", "Chollet, 2016", "1610.02357"),
}
"""Title, authors with the year, and the number of arXiv."""

ARGUMENTS = {
    "include_top": "Whether the model ends in the predictions of classes; without them it gives features.",
    "weights": '`"imagenet"`: published weights, fetched by `keras.utils.get_file`. Path of a file: its weights. `None`: '
    "weights drawn at random.",
    "input_tensor": "Symbolic tensor that the network begins with, such as images that other layers have augmented; the "
    "model's inputs are then those of this tensor.",
    "input_shape": "Tuple of the height, width and channels of images, in the order of the data format; height and "
    "width must be {least} or more. Sizes may be `None` without `include_top`. By default those that the network "
    'needs for `include_top`, else any. The weights of `"imagenet"` want three channels.',
    "alpha": "Float, factor of the channels of every block: more are slower and see more. Channels are multiples of 8.",
    "minimalistic": "Whether blocks do without what some hardware is slow at: kernels of size 5, channels weighed by what "
    "all places see, and activations other than `relu`.",
    "dropout_rate": "Float from 0 to 1, the part of the features that is dropped before the predictions while training.",
    "pooling": 'What a model without `include_top` gives: `None`: features of each place; `"avg"` or `"max"`: their '
    "mean or maximum over all places.",
    "classes": "Int, number of classes that `include_top` predicts.",
    "classifier_activation": "Activation of the predictions; `None` gives logits.",
    "include_preprocessing": "Whether the first layers bring pixels from 0 to 255 to the range that the network was "
    "trained for; without them, images must be in that range.",
    "name": "Name of the model.",
}

RESULT = """A `keras.Model`. It takes images in batches. With `include_top` it gives `(batch, classes)`, with `pooling`
`(batch, features)`, else features of rank 4."""

ERRORS = """ValueError: `weights` is no file, `input_shape` is too small or does not fit `weights`, `pooling` is unknown,
`input_tensor` is no symbolic tensor, or `classes` or `classifier_activation` do not fit published weights."""

BUILT = """>>> model = keras.applications.{name}(weights=None, include_top=False, pooling="avg", input_shape={shape})
>>> model.output_shape
(None, {features})
"""

REFUSED = """>>> keras.applications.{name}(weights=None, input_shape={shape})
Traceback (most recent call last):
ValueError: `input_shape` must be at least {least}x{least}. Received: input_shape={shape}
"""


def of_network(function, signature, least, source, features=None):
    """The docstring of a constructor.

    Args:
        function: Function that stacks the layers; its docstring says what the network is, and may have a section `Args`
            for arguments of its own.
        signature: Of the constructor.
        least: Least height and width.
        source: Key of `PAPERS`.
        features: Number of features, for small networks, which an example makes; others are too large for that.
    """
    summary, _, own = inspect.cleandoc(function.__doc__).partition("Args:")
    texts = {**ARGUMENTS, **_own_arguments(own)}
    title, authors, number = PAPERS[source]
    lines = [f"{name}: {texts[name].format(least=least)}" for name in signature.parameters]
    if features is None:
        example = REFUSED.format(name=function.__name__, least=least, shape=(least - 1, least - 1, 3))
    else:
        example = BUILT.format(name=function.__name__, shape=(least, least, 3), features=features)
    usage = f"`keras.applications.{function.__name__}()` classifies images into the 1000 classes of ImageNet, and with "
    usage += '`include_top=False, pooling="avg"` turns them into vectors, on which a small model of your own can learn.'
    return (
        f"{summary.strip()}\n\n{_filled(usage)}\n\nArgs:\n{_block(lines)}\n\nReturns:\n{_filled(RESULT, 4, 4)}\n\n"
        f"Raises:\n{_block([ERRORS])}\n\nExample:\n\n{example}\nSource: [{title}](https://arxiv.org/abs/{number}) ({authors})."
    )


def _own_arguments(text):
    """Maps names of arguments to what a section `Args` says of each."""
    found, name = {}, None
    for line in inspect.cleandoc(text).splitlines():
        if not line.startswith(" ") and ":" in line:
            name, _, line = line.partition(":")
            found[name] = ""
        if name is not None:
            found[name] = f"{found[name]} {line.strip()}".strip()
    return found


def _block(items):
    return "\n".join(_filled(item, 4, 8) for item in items)


def _filled(text, first=0, rest=0):
    return textwrap.fill(" ".join(text.split()), 120, initial_indent=" " * first, subsequent_indent=" " * rest)
