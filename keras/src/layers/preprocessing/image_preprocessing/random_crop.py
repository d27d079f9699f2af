"""`RandomCrop`: parts of images, at random places."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.cropping import CropLayer
from keras.src.layers.preprocessing.image_preprocessing.windows import (
    Window,
    are_known,
    chosen_window,
    window_of_proportions,
)


@keras_export("keras.layers.RandomCrop")
class RandomCrop(CropLayer):
    """Cuts a part out of images, at a random place while training.

    The place is the same for all images of a batch. Elsewhere than in training, and of images that are too small, the
    largest part with these proportions is taken from the middle and resized.

    Args:
        height: Int, height of the result.
        width: Int, width of the result.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        name: Name of the layer.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype.

    Example:

    >>> keras.layers.RandomCrop(2, 4, seed=1)(np.ones((8, 6, 5, 3))).shape
    (8, 2, 4, 3)
    """

    def __init__(self, height, width, seed=None, data_format=None, name=None, **kwargs):
        super().__init__(height, width, data_format=data_format, name=name, **kwargs)
        self._set_seed(seed)

    def get_random_transformation(self, data, training=True, seed=None):
        _, *size, _ = self._sizes(self._images_of(data))
        start = Start((0, 0))
        if None not in size:
            start = Start(window_of_proportions(*size, self._target)[:2])
        fits = all(not are_known(n) or n >= target for n, target in zip(size, self._target))
        if training and fits and None not in size:
            seed = self._seed_for(seed)
            rooms = [_at_least_one(n - target + 1) for n, target in zip(size, self._target)]
            start = Start(draws.randint((), 0, room, seed) for room in rooms)
        start.size, start.training = tuple(size), training
        return start

    def _window(self, transformation, height, width):
        outer = window_of_proportions(height, width, self._target)
        if not getattr(transformation, "training", True):
            return outer
        return chosen_window(Window(*transformation, *self._target), outer, height, width, self._target)

    def compute_output_shape(self, input_shape, *args, **kwargs):
        """Shape of images of shape `input_shape` afterwards, or a dict of shapes.

        Args:
            input_shape: Tuple, or dict of shapes.
            *args: Not used.
            **kwargs: Not used.
        """
        return super().compute_output_shape(input_shape)

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        return self._boxes(bounding_boxes, transformation, *transformation.size)


class Start(tuple):
    """Row and column where a crop starts, with the `size` of the image, and whether it is one while `training`."""

    size = None
    training = True


def _at_least_one(n):
    return max(n, 1) if are_known(n) else ops.maximum(n, 1)
