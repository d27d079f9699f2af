"""What Inception networks share: blocks of branches that see the same features, and how these are written down.

A branch is a tuple of steps, each of which is one of

* `(width, size)`, `(width, size, strides)` or `(width, size, strides, padding)`: a convolution with its normalization and
  activation. It keeps the size of images, unless it has strides;
* `"max"`, a pooling that shrinks images, or `"avg"`, one that does not;
* a list of steps that see the same features, and whose results are joined.
"""

from keras.src import layers
from keras.src.applications.application import channel_axis

STEM = (
    (32, 3, 2),
    (32, 3, 1, "valid"),
    (64, 3),
    "max",
    (80, 1, 1, "valid"),
    (192, 3, 1, "valid"),
    "max",
)
"""The first steps of all."""


def convolved(x, width, size, strides=1, padding=None, name=None):
    """A convolution without bias, its normalization and `relu`; the latter two are named after the first."""
    padding = padding or ("same" if strides == 1 else "valid")
    after = [name and f"{name}_{kind}" for kind in ("bn", "ac")]
    x = layers.Conv2D(width, size, strides=strides, padding=padding, use_bias=False, name=name)(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False, name=after[0])(x)
    return layers.Activation("relu", name=after[1])(x)


def branch(x, steps, name=None):
    """The features after the steps of a branch; `name` is that of joined ones within."""
    for step in steps:
        if step == "max":
            x = layers.MaxPooling2D(3, strides=2)(x)
        elif step == "avg":
            x = layers.AveragePooling2D(3, strides=1, padding="same")(x)
        elif isinstance(step, list):
            x = joined([convolved(x, *one) for one in step], name)
        else:
            x = convolved(x, *step)
    return x


def joined(branches, name=None):
    """Branches side by side in the channels."""
    return layers.Concatenate(axis=channel_axis(), name=name)(branches)
