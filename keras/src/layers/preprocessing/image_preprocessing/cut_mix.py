"""`CutMix`: a part of each image replaced by that of another one."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.color_layer import per_image
from keras.src.layers.preprocessing.image_preprocessing.mixing_layer import MixingLayer
from keras.src.ops.image.layout import channels_from_end


@keras_export("keras.layers.CutMix")
class CutMix(MixingLayer):
    """Replaces a rectangle of each image by that of another one of the batch, and mixes labels, while training.

    Args:
        factor: Number or two numbers from 0 to 1, between which a concentration is drawn for each image. The share of the
            image that stays has the distribution Beta(concentration, concentration); 0 makes all shares 0.5. One
            number is the greatest concentration, and the least is 0.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)`, or a dict of `"images"`, `"labels"` of shape
    `(batch, classes)` and `"segmentation_masks"`. Outputs: the same, images as floats.

    Reference:
        [CutMix: Regularization Strategy to Train Strong Classifiers](https://arxiv.org/abs/1905.04899)

    Example:

    >>> data = {"images": np.ones((2, 4, 4, 3)), "labels": keras.ops.eye(2)}
    >>> labels = keras.layers.CutMix(seed=1)(data)["labels"]
    >>> keras.ops.sum(labels, axis=1)
    array([1., 1.], dtype=float32)
    """

    _FACTOR_BOUNDS = (0, 1)

    def __init__(self, factor=1.0, seed=None, data_format=None, **kwargs):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._set_seed(seed)

    def _drawn(self, images, seed):
        batch, height, width, _ = self._sizes(images)
        shape = (batch,)
        if self.factor[1] == 0:
            kept = self._uniform(shape, (0.5, 0.5), seed)
        else:
            # Where both gamma numbers behind a share are 0, it would be 0 / 0.
            concentration = ops.maximum(self._uniform(shape, self.factor, seed), 1e-2)
            kept = draws.beta(shape, concentration, self._seed_for(seed))
        masks = self._masks(kept, (batch, height, width, 1), seed)
        return {"batch_masks": channels_from_end(masks, self.data_format), "mix_weight": per_image(kept)}

    def _masks(self, kept, shape, seed):
        """Where the images are replaced, rectangles anywhere within them: bools of shape `(batch, height, width, 1)`."""
        batch, height, width, _ = shape
        side = ops.sqrt(ops.subtract(1.0, kept))
        starts = [self._uniform((batch,), (0.0, 1.0), seed) for _ in range(2)]
        described = draws.described(shape, "bool")
        if described is not None:
            return described
        rows, columns = (_inside(size, side, start) for size, start in zip((height, width), starts))
        return ops.expand_dims(ops.logical_and(ops.expand_dims(rows, 2), ops.expand_dims(columns, 1)), 3)

    def _recoloured(self, images, transformation):
        return self._pasted(images, transformation)

    def _pasted(self, pixels, transformation):
        return ops.where(transformation["batch_masks"], self._others(pixels, transformation), pixels)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if not training or transformation is None:
            return segmentation_masks
        return self._pasted(segmentation_masks, transformation)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        raise self._undefined("transform_bounding_boxes")


def _inside(size, share, start):
    """Whether the middle of each of `size` places lies in an interval that covers a share of them, `(batch, size)`."""
    total = ops.cast(size, "float32")
    extent = ops.expand_dims(ops.multiply(share, total), 1)
    begin = ops.multiply(ops.expand_dims(start, 1), ops.subtract(total, extent))
    middles = ops.add(ops.cast(ops.arange(size), "float32"), 0.5)
    return ops.logical_and(ops.greater_equal(middles, begin), ops.less(middles, ops.add(begin, extent)))
