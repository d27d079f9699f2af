"""NASNet: two kinds of cells that a search found, each of which sees the outputs of the two cells before it."""

import contextlib

from keras.src import backend, layers
from keras.src.api_export import keras_export
from keras.src.applications.application import application, axis_in_configs, padding_to_shrink, predictions
from keras.src.applications.mobile import known_lengths


@contextlib.contextmanager
def _below(*names):
    """Context in which the paths of new variables go below all of these names."""
    with contextlib.ExitStack() as scopes:
        for name in names:
            scopes.enter_context(backend.name_scope(name))
        yield


def _cell(name):
    """The name below which the variables of a cell are: cells that keep the size of images have numbers for names."""
    return f"{'normal' if isinstance(name, int) else 'reduction'}_A_block_{name}"


def _block_of(name):
    """The name below which the variables of a branch are, whose name tells its kind of cell, its side and its cell."""
    side = name.split("_")[1]
    return "block_5" if side == "left4" else f"block_{side[-1]}"


def _normalized(x, name):
    return layers.BatchNormalization(axis=axis_in_configs(), momentum=0.9997, epsilon=1e-3, name=name)(x)


def _rectified(x, name=None):
    return layers.Activation("relu", name=name)(x)


def _convolved(x, width, name):
    """One convolution at each place."""
    return layers.Conv2D(width, 1, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)(x)


def _padded(x, size, name):
    """For what shrinks images; where their size is not known, with as many zeros as fit both odd and even ones."""
    return layers.ZeroPadding2D(padding_to_shrink(known_lengths(x, 1), size), name=name)(x)


def _separable(x, width, size, name, strides=1):
    """Two separable convolutions, each rectified before and normalized after it; the first one may shrink images."""
    with _below(_block_of(name), f"separable_conv_block_{name}"):
        x = _separable_once(x, width, size, name, 1, strides)
        return _separable_once(x, width, size, name, 2, strides=1)


def _separable_once(x, width, size, name, i, strides):
    """The first or the second of these."""
    x = _rectified(x)
    if strides > 1:
        x = _padded(x, size, f"separable_conv_{i}_pad_{name}")
    x = layers.SeparableConv2D(
        width,
        size,
        strides=strides,
        padding="valid" if strides > 1 else "same",
        use_bias=False,
        name=f"separable_conv_{i}_{name}",
    )(x)
    return _normalized(x, f"separable_conv_{i}_bn_{name}")


def _mean(x, name):
    """The mean over the neighbours of each place."""
    return layers.AveragePooling2D(3, strides=1, padding="same", name=name)(x)


def _before(x, width, name):
    """The output of the cell before the last one, of which images have the size already, in `width` channels."""
    with _below("adjust_block", f"adjust_projection_block_{name}"):
        return _normalized(_convolved(_rectified(x), width, f"adjust_conv_projection_{name}"), f"adjust_bn_{name}")


def _before_shrunk(x, width, name):
    """The output of the cell before the last one, which shrank images: every second place, and those between."""
    x = _rectified(x, f"adjust_relu_1_{name}")
    between = layers.Cropping2D(((1, 0), (1, 0)))(layers.ZeroPadding2D(((0, 1), (0, 1)))(x))
    halves = []
    with _below("adjust_block", f"adjust_reduction_block_{name}"):
        for i, places in enumerate((x, between), 1):
            places = layers.AveragePooling2D(1, strides=2, name=f"adjust_avg_pool_{i}_{name}")(places)
            halves.append(_convolved(places, width // 2, f"adjust_conv_{i}_{name}"))
        return _normalized(layers.Concatenate(axis=axis_in_configs())(halves), f"adjust_bn_{name}")


def _last(x, width, kind, name):
    """The output of the last cell in `width` channels."""
    return _normalized(_convolved(_rectified(x), width, f"{kind}_conv_1_{name}"), f"{kind}_bn_1_{name}")


def _normal(x, before, width, name):
    """A cell that keeps the size of images."""
    x = _last(x, width, "normal", name)
    sums = [
        [_separable(x, width, 5, f"normal_left1_{name}"), _separable(before, width, 3, f"normal_right1_{name}")],
        [_separable(before, width, 5, f"normal_left2_{name}"), _separable(before, width, 3, f"normal_right2_{name}")],
        [_mean(x, f"normal_left3_{name}"), before],
        [_mean(before, f"normal_left4_{name}"), _mean(before, f"normal_right4_{name}")],
        [_separable(x, width, 3, f"normal_left5_{name}"), x],
    ]
    added = [layers.Add(name=f"normal_add_{i}_{name}")(both) for i, both in enumerate(sums, 1)]
    return layers.Concatenate(axis=axis_in_configs(), name=f"normal_concat_{name}")([before, *added])


def _reduction(x, before, width, name):
    """A cell that halves the height and width of images."""
    x = _last(x, width, "reduction", name)
    padded = _padded(x, 3, f"reduction_pad_1_{name}")

    def shrunk(x, size, side):
        return _separable(x, width, size, f"reduction_{side}_{name}", strides=2)

    def pooled(kind, side):
        return kind(3, strides=2, name=f"reduction_{side}_{name}")(padded)

    first = layers.Add(name=f"reduction_add_1_{name}")([shrunk(x, 5, "left1"), shrunk(before, 7, "right1")])
    both = [pooled(layers.MaxPooling2D, "left2"), shrunk(before, 7, "right2")]
    second = layers.Add(name=f"reduction_add_2_{name}")(both)
    both = [pooled(layers.AveragePooling2D, "left3"), shrunk(before, 5, "right3")]
    third = layers.Add(name=f"reduction_add3_{name}")(both)
    fourth = layers.Add()([second, _mean(first, f"reduction_left4_{name}")])
    both = [_separable(first, width, 3, f"reduction_left4_{name}"), pooled(layers.MaxPooling2D, "right5")]
    fifth = layers.Add(name=f"reduction_add4_{name}")(both)
    return layers.Concatenate(axis=axis_in_configs(), name=f"reduction_concat_{name}")([second, third, fourth, fifth])


def stages(x, stem, width, depth, passes):
    """Features of three stages of normal cells, each after one or two cells that shrink images.

    Args:
        x: Symbolic images.
        stem: Channels of the first convolution.
        width: Channels of a normal cell of the first stage; each stage has twice as many as the one before.
        depth: Number of normal cells of a stage.
        passes: Whether the first normal cell of a stage sees what the cell before sees too: the output before the last
            one of the stage that ended.
    """
    options = {"use_bias": False, "kernel_initializer": "he_normal", "name": "stem_conv1"}
    before = _normalized(layers.Conv2D(stem, 3, strides=2, **options)(x), "stem_bn1")
    with _below(_cell("stem_1")):
        last = _reduction(before, before, width // 4, "stem_1")
    with _below(_cell("stem_2")):
        adjusted = _before_shrunk(before, width // 2, "stem_2")
        before, last = last, _reduction(last, adjusted, width // 2, "stem_2")
    for stage in range(3):
        number = stage * depth + (stage > 0)  # As published, where the first cell that shrinks is counted alone.
        for i in range(depth):
            adjust = _before if i else _before_shrunk
            with _below(_cell(number + i)):
                adjusted = adjust(before, width, number + i)
                before, last = last, _normal(last, adjusted, width, number + i)
        if stage < 2:
            width *= 2
            name = f"reduce_{depth * (stage + 1)}"
            with _below(_cell(name)):
                shrunk = _reduction(last, _before(before, width, name), width, name)
            before, last = before if passes else last, shrunk
    return _rectified(last)


def _head(x, arguments):
    return predictions(layers.GlobalAveragePooling2D()(x), arguments)


def _nasnet(name, size, keeps_size=False, features=None):
    """Decorator that makes the constructor of a network of this family."""
    return application(
        name,
        size=size,
        keeps_size=keeps_size,
        head=_head,
        order="input_shape include_top weights input_tensor pooling classes classifier_activation name",
        source="nasnet",
        features=features,
    )


@keras_export(["keras.applications.NASNetMobile", "keras.applications.nasnet.NASNetMobile"])
@_nasnet("nasnet_mobile", 224, keeps_size=True, features=1056)
def NASNetMobile(images):
    """NASNet, the small one, with 12 normal cells."""
    return stages(images, 32, 44, 4, passes=False)


@keras_export(["keras.applications.NASNetLarge", "keras.applications.nasnet.NASNetLarge"])
@_nasnet("nasnet_large", 331)
def NASNetLarge(images):
    """NASNet, the large one, with 18 normal cells."""
    return stages(images, 96, 168, 6, passes=True)
