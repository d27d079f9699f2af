"""Inception-ResNet, version 2: blocks of branches with a way around them."""

from keras.src import layers
from keras.src.api_export import keras_export
from keras.src.applications.application import application
from keras.src.applications.inception import STEM, branch, convolved, joined

_FIRST = ((96, 1),), ((48, 1), (64, 5)), ((64, 1), (96, 3), (96, 3)), ("avg", (64, 1))
_SHRINK_6 = ((384, 3, 2),), ((256, 1), (256, 3), (384, 3, 2)), ("max",)
_SHRINK_7 = ((256, 1), (384, 3, 2)), ((256, 1), (288, 3, 2)), ((256, 1), (288, 3), (320, 3, 2)), ("max",)

STAGES = (
    ("mixed_5b", _FIRST, "block35", 10, 320, 0.17, (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3)))),
    ("mixed_6a", _SHRINK_6, "block17", 20, 1088, 0.1, (((192, 1),), ((128, 1), (160, (1, 7)), (192, (7, 1))))),
    ("mixed_7a", _SHRINK_7, "block8", 10, 2080, 0.2, (((192, 1),), ((192, 1), (224, (1, 3)), (256, (3, 1))))),
)
"""The block that begins a stage, and the ones after it with a way around: name, branches; name, how many, channels, scale, branches."""


class CustomScaleLayer(layers.Layer):
    """The first of two tensors, plus the second one times a number.

    Args:
        scale: Float.
    """

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}

    def call(self, inputs):
        return inputs[0] + inputs[1] * self.scale


def _residual(x, branches, channels, scale, name, is_last):
    """A block with a way around it; the last one of all is neither scaled nor activated."""
    y = joined([branch(x, steps) for steps in branches], f"{name}_mixed")
    y = layers.Conv2D(channels, 1, padding="same", name=f"{name}_conv")(y)
    x = CustomScaleLayer(1.0 if is_last else scale)([x, y])
    return x if is_last else layers.Activation("relu", name=f"{name}_ac")(x)


@keras_export(["keras.applications.InceptionResNetV2", "keras.applications.inception_resnet_v2.InceptionResNetV2"])
@application("inception_resnet_v2", size=299, least=75, source="inception_resnet_v2")
def InceptionResNetV2(images):
    """Inception-ResNet, version 2: 40 blocks of branches with a way around each."""
    x = branch(images, STEM)
    for first, first_branches, name, count, channels, scale, branches in STAGES:
        x = joined([branch(x, steps) for steps in first_branches], first)
        for i in range(1, count + 1):
            is_last = first == STAGES[-1][0] and i == count
            x = _residual(x, branches, channels, scale, f"{name}_{i}", is_last)
    return convolved(x, 1536, 1, name="conv_7b")
