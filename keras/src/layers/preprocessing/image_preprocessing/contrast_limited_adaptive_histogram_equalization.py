"""`ContrastLimitedAdaptiveHistogramEqualization`: values of pixels spread evenly within neighbourhoods."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    checked_value_range,
    is_number,
)
from keras.src.layers.preprocessing.image_preprocessing.color_layer import ColorLayer, changed_range
from keras.src.ops.image.layout import channels_from_end, channels_to_end, work_dtype

_VALUES = 256


@keras_export("keras.layers.ContrastLimitedAdaptiveHistogramEqualization")
class ContrastLimitedAdaptiveHistogramEqualization(ColorLayer):
    """Replaces values of pixels by their ranks among the pixels around, so that local differences become visible.

    Images are cut into tiles, each of which has its own table of new values; a pixel between the middles of tiles
    gets a mixture of theirs. While it is made, no value counts for more than a limit, so that noise in even regions does
    not become too strong.

    Args:
        value_range: The least and the greatest value of pixels.
        clip_limit: How many times the mean frequency of values one of them counts at most; 0 stands for no limit.
        tile_grid_size: Two ints, the number of tiles in a column and in a row.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, also without
    training, each channel by itself; integers stay integers.

    Example:

    >>> layer = keras.layers.ContrastLimitedAdaptiveHistogramEqualization(tile_grid_size=(1, 1), clip_limit=0)
    >>> layer(np.array([[[50.0], [51.0], [52.0]]]))
    array([[[ 85.],
            [170.],
            [255.]]], dtype=float32)
    """

    _USE_BASE_FACTOR = False

    def __init__(self, value_range=(0, 255), clip_limit=4.0, tile_grid_size=(8, 8), data_format=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = checked_value_range(value_range)
        if not is_number(clip_limit):
            raise ValueError(f"`clip_limit` must be a number. Received: clip_limit={clip_limit!r}")
        self.clip_limit = clip_limit
        self.tile_grid_size = per_dimension(tile_grid_size, 2, "tile_grid_size")
        if min(self.tile_grid_size) < 1:
            raise ValueError(f"`tile_grid_size` must be two positive ints. Received: {tile_grid_size}")

    def transform_images(self, images, transformation=None, training=True):
        dtype = ops.dtype(images)
        pixels = changed_range(ops.cast(images, work_dtype(self.compute_dtype)), self.value_range, (0, 255))
        pixels = channels_to_end(pixels, self.data_format)
        if all(size is not None for size in ops.shape(pixels)):  # Sizes may be tensors.
            pixels = self._equalized(ops.cast(ops.clip(pixels, 0, 255), "int32"))
        pixels = changed_range(channels_from_end(pixels, self.data_format), (0, 255), self.value_range)
        return ops.cast(pixels, dtype)

    def _equalized(self, values):
        """Whole numbers from 0 to 255, with the channels last, replaced by what the tables of the tiles say."""
        batch, height, width, channels = ops.shape(values)
        down, across = self.tile_grid_size
        rows, columns = -(-height // down), -(-width // across)
        places = _Places(values, down * across)
        whole = ops.take(ops.take(values, _reflected(height, rows * down), 1), _reflected(width, columns * across), 2)
        own = ops.expand_dims(ops.multiply(ops.floor_divide(ops.arange(rows * down), rows), across), 1)
        own = ops.add(own, ops.floor_divide(ops.arange(columns * across), columns))
        keys = ops.reshape(places.of(whole, own), (-1,))
        ones = ops.ones_like(keys, dtype="float32")
        counts = ops.segment_sum(ones, keys, num_segments=batch * down * across * channels * _VALUES)
        table = self._table(ops.reshape(counts, (-1, _VALUES)), rows * columns)
        above, below, lower = _neighbours(height, rows, down)
        left, right, nearer = _neighbours(width, columns, across)
        lower, nearer = ops.reshape(lower, (1, -1, 1, 1)), ops.reshape(nearer, (1, 1, -1, 1))

        def looked_up(row, column):
            tiles = ops.add(ops.expand_dims(ops.multiply(row, across), 1), column)
            return ops.take(table, places.of(values, tiles))

        top = _mixed(looked_up(above, left), looked_up(above, right), nearer)
        return _mixed(top, _mixed(looked_up(below, left), looked_up(below, right), nearer), lower)

    def _table(self, counts, pixels):
        """New values from 0 to 255, by counts of shape `(tiles, 256)`, flat."""
        if self.clip_limit > 0:
            limit = ops.multiply(ops.cast(pixels, "float32"), self.clip_limit / _VALUES)
            excess = ops.sum(ops.maximum(ops.subtract(counts, limit), 0.0), axis=1, keepdims=True)
            counts = ops.add(ops.minimum(counts, limit), ops.divide(excess, float(_VALUES)))
        ranks = ops.cumsum(counts, axis=1)
        lowest = ranks[:, :1]
        spread = ops.multiply(
            ops.divide_no_nan(ops.subtract(ranks, lowest), ops.subtract(ranks[:, -1:], lowest)), 255.0
        )
        return ops.reshape(spread, (-1,))


class _Places:
    """Where values stand in the tables of all images, tiles and channels, which are laid one behind the other."""

    def __init__(self, values, tiles):
        batch, _, _, self.channels = ops.shape(values)
        self.first = ops.reshape(ops.multiply(ops.arange(batch), tiles), (-1, 1, 1, 1))

    def of(self, values, tiles):
        """Places of values of shape `(batch, height, width, channels)`, by the tile of each place."""
        tables = ops.multiply(ops.add(self.first, ops.expand_dims(tiles, -1)), self.channels)
        tables = ops.add(tables, ops.arange(self.channels))
        return ops.cast(ops.add(ops.multiply(tables, _VALUES), values), "int32")


def _reflected(size, enlarged):
    """Indices of `size` places, and of their mirror image behind them, `enlarged` in all."""
    places = ops.arange(enlarged)
    return ops.maximum(ops.where(ops.less(places, size), places, 2 * size - 1 - places), 0)


def _neighbours(size, extent, tiles):
    """For each of `size` places the two tiles that count, and the weight of the second."""
    exact = ops.subtract(ops.divide(ops.cast(ops.arange(size), "float32"), ops.cast(extent, "float32")), 0.5)
    exact = ops.clip(exact, 0.0, float(tiles - 1))
    first = ops.floor(exact)
    index = ops.cast(first, "int32")
    return index, ops.minimum(ops.add(index, 1), tiles - 1), ops.subtract(exact, first)


def _mixed(first, second, weight):
    return ops.add(first, ops.multiply(ops.subtract(second, first), weight))
