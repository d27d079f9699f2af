"""`MixUp`: images and labels as weighted sums of two."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.backend import is_float_dtype
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import is_number
from keras.src.layers.preprocessing.image_preprocessing.color_layer import per_image
from keras.src.layers.preprocessing.image_preprocessing.mixing_layer import MixingLayer


@keras_export("keras.layers.MixUp")
class MixUp(MixingLayer):
    """Adds to a share of each image the rest of another one of the batch, and likewise for labels, while training.

    Args:
        alpha: Number of 0 or more: shares are drawn from the distribution Beta(`alpha`, `alpha`); 0 makes all 0.5.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)`, or a dict of `"images"`, `"labels"` of shape
    `(batch, classes)`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images as floats; boxes are those
    of both images; masks of floats are mixed, and those of integers are of the image with the greater share.

    Reference:
        [mixup: Beyond Empirical Risk Minimization](https://arxiv.org/abs/1710.09412)

    Example:

    >>> data = {"images": np.ones((2, 4, 4, 3)), "labels": keras.ops.eye(2)}
    >>> labels = keras.layers.MixUp(alpha=0.2, seed=1)(data)["labels"]
    >>> keras.ops.sum(labels, axis=1)
    array([1., 1.], dtype=float32)
    """

    _USE_BASE_FACTOR = False

    def __init__(self, alpha=0.2, data_format=None, seed=None, **kwargs):
        super().__init__(data_format=data_format, **kwargs)
        if not is_number(alpha) or alpha < 0:
            raise ValueError(f"`alpha` must be a number of 0 or more. Received: alpha={alpha!r}")
        self.alpha = alpha
        self._set_seed(seed)

    def _drawn(self, images, seed):
        shape = ops.shape(images)[:1]
        if self.alpha == 0:
            return {"mix_weight": draws.uniform(shape, 0.5, 0.5, self._seed_for(seed))}
        return {"mix_weight": draws.beta(shape, self.alpha, self._seed_for(seed))}

    def _recoloured(self, images, transformation):
        return self._mixed(images, transformation)

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        if not training or transformation is None:
            return segmentation_masks
        if is_float_dtype(ops.dtype(segmentation_masks)):
            return self._mixed(segmentation_masks, transformation)
        own = per_image(ops.greater_equal(transformation["mix_weight"], 0.5))
        return ops.where(own, segmentation_masks, self._others(segmentation_masks, transformation))

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        if not training or transformation is None:
            return bounding_boxes
        return {
            name: ops.concatenate([x, self._others(x, transformation)], axis=1) for name, x in bounding_boxes.items()
        }
