"""`RandomElasticTransform`: images bent."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.affine_layer import FILL_MODES, SamplingLayer
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.boxes import convert_format, over_boxes
from keras.src.layers.preprocessing.image_preprocessing.windows import are_known
from keras.src.ops.image.filtering import separably_filtered
from keras.src.ops.image.warping import sampled_at

# Of a side of images, at a factor of 1: how far pixels are moved, and over how many pixels the movement changes.
_DISTANCE, _SMOOTHNESS = 0.1, 0.05
# Half the size of the filter where sizes are only known while running.
_REACH = 32


@keras_export("keras.layers.RandomElasticTransform")
class RandomElasticTransform(SamplingLayer):
    """Bends images at random while training, as if they were on rubber (Simard et al., 2003).

    Args:
        factor: Number or two numbers from 0 to 1: the least and the greatest probability that an image is changed. One
            number stands for the interval from 0 to it.
        scale: Likewise: how strongly.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: What lies beyond the border: `"reflect"` (about the edge), `"wrap"`, `"constant"`, `"nearest"` or
            `"mirror"` (about the outermost pixel).
        fill_value: The number beyond the border for `"constant"`.
        value_range: The least and the greatest value of pixels.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype, boxes
    around what was in them.

    Example:

    >>> keras.layers.RandomElasticTransform(scale=0.5, seed=1)(np.ones((2, 8, 8, 3))).shape
    (2, 8, 8, 3)
    """

    _USE_BASE_FACTOR = True
    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self,
        factor=1.0,
        scale=1.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        value_range=(0, 255),
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self.scale = self._checked_factor("scale", scale, overlapping=True)
        self._set_sampling(interpolation, fill_value)
        self._set_fill_mode(fill_mode, (*FILL_MODES, "mirror"))
        checked_value_range(value_range)
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images, seed = self._images_of(data), self._seed_for(seed)
        return {
            "apply_transform": draws.chosen(self._sizes(images)[0], self.factor, seed),
            "distortion_factor": draws.uniform((), *self.scale, seed),
            "seed": draws.seed_of(seed),
            "input_shape": tuple(ops.shape(images)),
        }

    def get_elastic_transform_params(self, height, width, factor):
        """How far pixels are moved, and over how many pixels the movement changes.

        Args:
            height: Height of the images.
            width: Width of the images.
            factor: Number, how strongly images are bent.
        """
        if are_known(height, width):
            return max(height, width) * _DISTANCE * factor, min(height, width) * _SMOOTHNESS * factor
        sizes = ops.cast(height, "float32"), ops.cast(width, "float32")
        return ops.maximum(*sizes) * _DISTANCE * factor, ops.minimum(*sizes) * _SMOOTHNESS * factor

    def _origins(self, transformation, batch, height, width):
        """Rows and columns that pixels are taken from, each of shape `(batch, height, width)`."""
        alpha, sigma = self.get_elastic_transform_params(height, width, transformation["distortion_factor"])
        known = are_known(height, width)
        reach = int(3 * min(height, width) * _SMOOTHNESS * self.scale[1]) if known else _REACH
        noise = draws.normal((batch, height, width, 2), 0.0, 1.0, transformation["seed"])
        line = _gaussian(reach, ops.maximum(sigma, 1e-3))
        moves = ops.multiply(separably_filtered(ops.multiply(noise, sigma), line, line, "same"), alpha)
        chosen = ops.reshape(transformation["apply_transform"], (-1, 1, 1))
        moves = [ops.where(chosen, moves[..., i], 0.0) for i in (0, 1)]
        rows, columns = (ops.arange(n, dtype="float32") for n in (height, width))
        return ops.add(moves[0], rows[:, None]), ops.add(moves[1], columns[None, :])

    def _sampled(self, pixels, transformation, interpolation):
        batch, *size = (ops.shape(pixels)[0], *self._height_and_width(ops.shape(pixels)))
        if transformation["seed"] is None:
            return pixels  # Symbolic: nothing is drawn, and shapes stay.
        rows, columns = self._origins(transformation, batch, *size)
        return sampled_at(pixels, rows, columns, interpolation, self.fill_mode, self.fill_value, self.data_format)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if transformation is None:
            return bounding_boxes
        height, width = self._height_and_width(transformation["input_shape"])
        batch = ops.shape(bounding_boxes["boxes"])[0]
        if transformation["seed"] is None:
            return bounding_boxes
        rows, columns = self._origins(transformation, batch, height, width)
        given, dtype = self.bounding_box_format, ops.dtype(bounding_boxes["boxes"])

        def moved(boxes):
            sides = convert_format(boxes, given, "xyxy", height, width, dtype)
            return convert_format(_around(sides, rows, columns), "xyxy", given, height, width, dtype)

        return over_boxes(moved, bounding_boxes)


def _gaussian(reach, sigma):
    """Weights of a Gaussian at `2 * reach + 1` pixels, 1 in sum; `sigma` is a tensor."""
    places = ops.arange(-reach, reach + 1, dtype="float32")
    weights = ops.exp(ops.square(places / sigma) * -0.5)
    return weights / ops.sum(weights)


def _around(sides, rows, columns):
    """Boxes around the pixels that are taken from within boxes; boxes from which none is taken stay."""
    left, top, right, bottom = (sides[..., i, None, None] for i in range(4))
    rows, columns = (ops.cast(x, ops.dtype(sides))[:, None] + 0.5 for x in (rows, columns))
    across = ops.logical_and(columns >= left, columns <= right)
    inside = ops.logical_and(across, ops.logical_and(rows >= top, rows <= bottom))
    found = []
    for _axis, other in ((3, 2), (2, 3)):
        some = ops.any(inside, other)
        size = ops.shape(some)[-1]
        place = ops.arange(size, dtype=ops.dtype(sides))
        first = ops.min(ops.where(some, place, ops.cast(size, place.dtype)), -1)
        found.append((first, ops.max(ops.where(some, place + 1, 0.0), -1)))
    (x_first, x_last), (y_first, y_last) = found
    moved = ops.stack([x_first, y_first, x_last, y_last], -1)
    return ops.where(ops.any(inside, (2, 3))[..., None], moved, sides)
