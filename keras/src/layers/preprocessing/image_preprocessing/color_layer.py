"""`ColorLayer`: the base of layers that change the colours of images, and nothing that comes along."""

from keras.src import ops
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)
from keras.src.ops.image.layout import work_dtype


class ColorLayer(BaseImagePreprocessingLayer):
    """Labels, bounding boxes and segmentation masks stay as they are."""

    def transform_labels(self, labels, transformation, training=True):
        return labels

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        return bounding_boxes

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return segmentation_masks

    def _uniform(self, shape, bounds, seed):
        return draws.uniform(shape, *bounds, self._seed_for(seed))


class RecolouringLayer(ColorLayer):
    """Layers that compute floats from the images: results are in the compute dtype, also for integers.

    A layer defines `_recoloured(images, transformation)`, on images in float32 (float64 where that is the compute
    dtype): half floats have too few digits for pixels. It is not asked where there is no training, unless
    `_ALSO_WITHOUT_TRAINING`, nor where a random layer drew no transformation.
    """

    _ALSO_WITHOUT_TRAINING = False
    _DRAWS = True

    def __init__(self, **kwargs):
        if self._USE_BASE_FACTOR and kwargs.get("factor") is None:
            raise ValueError(f"{type(self).__name__} needs `factor`, a number or two numbers. Received: factor=None")
        super().__init__(**kwargs)

    def transform_images(self, images, transformation=None, training=True):
        images = ops.cast(images, self.compute_dtype)
        idle = self._DRAWS and transformation is None
        if idle or not (training or self._ALSO_WITHOUT_TRAINING):
            return images
        wide = ops.cast(images, work_dtype(self.compute_dtype))
        return ops.cast(self._recoloured(wide, transformation), self.compute_dtype)

    def _recoloured(self, images, transformation):
        """A batch of images, changed.

        Args:
            images: Tensor of floats of rank 4.
            transformation: What `get_random_transformation` gave.
        """
        raise NotImplementedError

    def _chosen(self, data, seed):
        """Whether each image is changed, by a probability that is drawn from the interval `factor` for each: `(batch,)`."""
        shape = self._per_image(data)[:1]
        probability = self._uniform(shape, self.factor, seed)
        return ops.less_equal(self._uniform(shape, (0.0, 1.0), seed), probability)


def per_image(numbers):
    """Numbers of shape `(batch,)`, or with ones along other dimensions, shaped to go with images."""
    return ops.reshape(numbers, (-1, 1, 1, 1))


def changed_range(images, source, target):
    """Images whose values lie within `source`, a pair of numbers, brought to `target`."""
    (low, high), (new_low, new_high) = source, target
    if (low, high) == (new_low, new_high):
        return images
    scaled = ops.multiply(ops.subtract(images, low), (new_high - new_low) / (high - low))
    return ops.add(scaled, new_low)


def along(images, axis, weights):
    """Weighted sum of neighbours along one axis, zeros beyond the rim.

    Args:
        images: Tensor.
        axis: Int.
        weights: List of an odd number of floats or scalar tensors.
    """
    reach, rank = len(weights) // 2, len(images.shape)
    padded = ops.pad(images, [(reach, reach) if i == axis else (0, 0) for i in range(rank)])
    before = (slice(None),) * axis
    total = None
    for i, weight in enumerate(weights):
        part = ops.multiply(padded[(*before, slice(i, -(len(weights) - 1 - i) or None))], weight)
        total = part if total is None else ops.add(total, part)
    return total
