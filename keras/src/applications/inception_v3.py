"""Inception, version 3: blocks of branches with convolutions of different sizes."""

from keras.src.api_export import keras_export
from keras.src.applications.application import application
from keras.src.applications.inception import STEM, branch, joined


def _squares(pooled):
    """Branches with convolutions of 5 by 5 and 3 by 3."""
    return ((64, 1),), ((48, 1), (64, 5)), ((64, 1), (96, 3), (96, 3)), ("avg", (pooled, 1))


def _lines(width):
    """Branches with convolutions of 7 by 7, each made of lines."""
    row, column = (width, (1, 7)), (width, (7, 1))
    return (
        ((192, 1),),
        ((width, 1), row, (192, (7, 1))),
        ((width, 1), column, row, column, (192, (1, 7))),
        ("avg", (192, 1)),
    )


_CROSS = [(384, (1, 3)), (384, (3, 1))]
_WIDE = ((320, 1),), ((384, 1), _CROSS), ((448, 1), (384, 3), _CROSS), ("avg", (192, 1))

BLOCKS = {
    "mixed0": _squares(32),
    "mixed1": _squares(64),
    "mixed2": _squares(64),
    "mixed3": (((384, 3, 2),), ((64, 1), (96, 3), (96, 3, 2)), ("max",)),
    "mixed4": _lines(128),
    "mixed5": _lines(160),
    "mixed6": _lines(160),
    "mixed7": _lines(192),
    "mixed8": (((192, 1), (320, 3, 2)), ((192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, 2)), ("max",)),
    "mixed9": _WIDE,
    "mixed10": _WIDE,
}
"""The branches of each block."""

NAMES = {("mixed9", 1): "mixed9_0", ("mixed10", 1): "mixed9_1"}
"""Of what is joined within a branch, by block and number of the branch."""


@keras_export(["keras.applications.InceptionV3", "keras.applications.inception_v3.InceptionV3"])
@application("inception_v3", size=299, least=75, source="inception_v3", features=2048)
def InceptionV3(images):
    """Inception, version 3: eleven blocks of branches."""
    x = branch(images, STEM)
    for name, branches in BLOCKS.items():
        x = joined([branch(x, steps, NAMES.get((name, i))) for i, steps in enumerate(branches)], name)
    return x
