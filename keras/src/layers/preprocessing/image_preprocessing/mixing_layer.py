"""`MixingLayer`: the base of layers that mix each image of a batch with another one, and their labels too."""

from keras.src import ops
from keras.src.backend import is_float_dtype
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer
from keras.src.ops.image.layout import work_dtype


class MixingLayer(RecolouringLayer):
    """A transformation is a dict: `"permutation_order"` says which image each is mixed with, `"mix_weight"` its share.

    An image without a batch has no other one, and is left as it is.
    """

    def get_random_transformation(self, data, training=True, seed=None):
        images = self._images_of(data)
        if not training or not self._is_batched(images):
            return None
        order = draws.permutation(ops.shape(images)[0], self._seed_for(seed))
        return {"permutation_order": order, **self._drawn(images, seed)}

    def _drawn(self, images, seed):
        """What else belongs to a transformation.

        Args:
            images: Batch of images.
            seed: As in `get_random_transformation`.
        """
        raise NotImplementedError

    def transform_labels(self, labels, transformation, training=True):
        if not training or transformation is None:
            return labels
        dtype = ops.dtype(labels)
        if not is_float_dtype(dtype) and len(labels.shape) < 2:
            raise ValueError(
                f"{type(self).__name__} mixes labels, which numbers of classes cannot be: give them one-hot encoded, "
                f"of shape (batch, classes). Received: labels of shape {tuple(labels.shape)} and dtype {dtype}"
            )
        dtype = dtype if is_float_dtype(dtype) else self.compute_dtype
        mixed = self._mixed(ops.cast(labels, work_dtype(dtype)), transformation)
        return ops.cast(mixed, dtype)

    def _mixed(self, x, transformation):
        """A tensor with the batch first, as a weighted sum of itself and of itself in another order."""
        weight = ops.cast(transformation["mix_weight"], ops.dtype(x))
        weight = ops.reshape(weight, (-1,) + (1,) * (len(x.shape) - 1))
        other = self._others(x, transformation)
        return ops.add(ops.multiply(x, weight), ops.multiply(other, ops.subtract(1.0, weight)))

    def _others(self, x, transformation):
        return ops.take(x, transformation["permutation_order"], axis=0)
