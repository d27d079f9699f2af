"""`Resizing`: images in another size."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import is_number
from keras.src.layers.preprocessing.image_preprocessing.cropping import CropLayer
from keras.src.layers.preprocessing.image_preprocessing.windows import are_known, boxes_moved
from keras.src.ops.image.layout import check_one_of

_INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")


@keras_export("keras.layers.Resizing")
class Resizing(CropLayer):
    """Brings images to a size.

    Args:
        height: Int, height of the result.
        width: Int, width of the result.
        interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos3"`, `"lanczos5"` or `"area"`.
        crop_to_aspect_ratio: Whether to take the part in the middle that has the new proportions.
        pad_to_aspect_ratio: Whether to give the images the new proportions by bars along two sides.
        fill_mode: How the bars are filled; `"constant"`.
        fill_value: Number in the bars.
        antialias: Whether each pixel counts where images are made smaller.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; integers stay integers, and masks get
    the nearest class.

    Example:

    >>> keras.layers.Resizing(2, 4)(np.ones((8, 6, 5, 3))).shape
    (8, 2, 4, 3)
    """

    def __init__(
        self,
        height,
        width,
        interpolation="bilinear",
        crop_to_aspect_ratio=False,
        pad_to_aspect_ratio=False,
        fill_mode="constant",
        fill_value=0.0,
        antialias=False,
        data_format=None,
        **kwargs,
    ):
        super().__init__(height, width, data_format=data_format, **kwargs)
        check_one_of("interpolation", interpolation, _INTERPOLATIONS)
        check_one_of("fill_mode", fill_mode, ("constant",))
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise ValueError(
                "Only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` may be True. Received: True for both"
            )
        if not is_number(fill_value):
            raise ValueError(f"`fill_value` must be a number. Received: fill_value={fill_value!r}")
        self.interpolation = interpolation
        self.crop_to_aspect_ratio, self.pad_to_aspect_ratio = crop_to_aspect_ratio, pad_to_aspect_ratio
        self.fill_mode, self.fill_value = fill_mode, fill_value
        self.antialias = antialias

    def get_random_transformation(self, data, training=True, seed=None):
        return self._sizes(self._images_of(data))[1:3]

    def transform_images(self, images, transformation=None, training=True):
        return self._resized(images, self.interpolation, self.antialias)

    def transform_segmentation_masks(self, segmentation_masks, transformation=None, training=True):
        return self._resized(segmentation_masks, "nearest", False)

    def transform_labels(self, labels, transformation=None, training=True):
        return labels

    def _resized(self, pixels, interpolation, antialias):
        return ops.image.resize(
            pixels,
            self._target,
            interpolation=interpolation,
            antialias=antialias,
            crop_to_aspect_ratio=self.crop_to_aspect_ratio,
            pad_to_aspect_ratio=self.pad_to_aspect_ratio,
            fill_mode=self.fill_mode,
            fill_value=self.fill_value,
            data_format=self.data_format,
        )

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if None in transformation:
            return bounding_boxes
        height, width = transformation
        scale, offset = self._scale_and_offset(height, width)
        return boxes_moved(bounding_boxes, scale, offset, self._target, self.bounding_box_format, height, width)

    def _scale_and_offset(self, height, width):
        """Along rows and columns: the factor of sizes, and by how much boxes move afterwards."""
        scale = [self.height / height, self.width / width]
        if not self.crop_to_aspect_ratio and not self.pad_to_aspect_ratio:
            return scale, [0.0, 0.0]
        if are_known(height, width):
            common = max(scale) if self.crop_to_aspect_ratio else min(scale)
            return [common, common], [_whole(n - m * common) for n, m in zip(self._target, (height, width))]
        common = ops.maximum(*scale) if self.crop_to_aspect_ratio else ops.minimum(*scale)
        rests = [n - ops.cast(m, common.dtype) * common for n, m in zip(self._target, (height, width))]
        return [common, common], [ops.sign(rest) * ops.floor(ops.absolute(rest) / 2) for rest in rests]


def _whole(rest):
    """Half of `rest` as a whole number, towards 0."""
    return float(int(rest / 2))
