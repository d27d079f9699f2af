"""What small networks share: numbers of channels, sizes with published weights, names, and convolutions that shrink images."""

from keras.src import layers
from keras.src.applications.application import lengths_of, padding_to_shrink
from keras.src.utils.warning_utils import warn

USUAL_SIZE = 224


def known_lengths(x, unknown):
    """Height and width of images; where one is not known, both are `unknown`."""
    lengths = lengths_of(x)
    return (unknown, unknown) if None in lengths else lengths


def depthwise(x, strides, name, pad_name, size=3, zeros=None, **options):
    """A convolution of each channel by itself; one that shrinks images sees `zeros` around them, by default what fits."""
    if strides > 1:
        x = layers.ZeroPadding2D(zeros or padding_to_shrink(known_lengths(x, 0), size), name=pad_name)(x)
    padding = "same" if strides == 1 else "valid"
    return layers.DepthwiseConv2D(size, strides=strides, padding=padding, use_bias=False, name=name, **options)(x)


def divisible(channels):
    """The nearest multiple of 8, though no less than nine tenths of what was asked for."""
    found = max(8, int(channels + 4) // 8 * 8)
    return found + 8 if found < 0.9 * channels else found


def check_published(arguments, alphas, **fixed):
    """Refuses arguments for which no weights are published, where those are wanted.

    Args:
        arguments: All arguments of the call.
        alphas: Numbers that `alpha` may be.
        **fixed: The one value of each other argument.
    """
    if arguments.weights != "imagenet":
        return
    for name, allowed in {"alpha": alphas, **{name: (value,) for name, value in fixed.items()}}.items():
        value = getattr(arguments, name)
        if value not in allowed:
            raise ValueError(
                f"Weights of ImageNet are published for `{name}` of {', '.join(map(str, allowed))}. With another one pass "
                f"`weights=None`, or a file of your own. Received: {name}={value!r}"
            )


def published_size(images, sizes):
    """Of the sizes with published weights, that of the images; the usual one, with a warning, where it is another."""
    height, width = lengths_of(images)
    if height == width and height in sizes:
        return height
    warn(
        f"There are weights for images of the sizes {', '.join(map(str, sizes))}. These have {height} x {width}, so the "
        f"weights for {USUAL_SIZE} are taken."
    )
    return USUAL_SIZE
