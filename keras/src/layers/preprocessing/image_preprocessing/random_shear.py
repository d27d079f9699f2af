"""`RandomShear`: images slanted."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.affine_layer import AffineLayer, ShiftsOfBoxes, affine_matrix


@keras_export("keras.layers.RandomShear")
class RandomShear(ShiftsOfBoxes, AffineLayer):
    """Slants each image, by factors drawn at random while training.

    Args:
        x_factor: Number or two numbers from 0 to 1: the least and the greatest number of pixels by which a row is
            moved against the one above; to which side is drawn too. One number stands for the interval from its
            negative to it.
        y_factor: Likewise for columns.
        interpolation: `"bilinear"` or `"nearest"`.
        fill_mode: What lies beyond the border: `"reflect"` (about the edge), `"wrap"`, `"constant"` or `"nearest"`.
        fill_value: The number beyond the border for `"constant"`.
        data_format: `"channels_last"` or `"channels_first"`.
        seed: Int or `keras.random.SeedGenerator`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, channels)` or `(height, width, channels)`, or a dict of `"images"`,
    `"labels"`, `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same, images in the compute dtype.

    Example:

    >>> keras.layers.RandomShear(0.2, seed=1)(np.ones((2, 4, 4, 3))).shape
    (2, 4, 4, 3)
    """

    def __init__(
        self,
        x_factor=0.0,
        y_factor=0.0,
        interpolation="bilinear",
        fill_mode="reflect",
        fill_value=0.0,
        data_format=None,
        seed=None,
        **kwargs,
    ):
        super().__init__(data_format=data_format, **kwargs)
        self.x_factor = self._checked_shear("x_factor", x_factor)
        self.y_factor = self._checked_shear("y_factor", y_factor)
        self._set_sampling(interpolation, fill_value)
        self._set_fill_mode(fill_mode)
        self._set_seed(seed)

    def _checked_shear(self, name, factor):
        """The interval that is drawn from. Two numbers may be the interval about 0 that a config has for one number."""
        if isinstance(factor, (list, tuple)):
            return self._checked_factor(name, factor, bounds=(-1, 1))
        _, high = self._checked_factor(name, factor, bounds=(0, 1))
        return (-float(high), high)

    def get_random_transformation(self, data, training=True, seed=None):
        if not training:
            return None
        images, seed = self._images_of(data), self._seed_for(seed)
        shape = (self._sizes(images)[0], 1)
        side = ops.where(ops.less(draws.uniform(shape, 0.0, 1.0, seed), 0.5), -1.0, 1.0)
        shears = [ops.multiply(side, draws.uniform(shape, *factor, seed)) for factor in (self.x_factor, self.y_factor)]
        return {"shear_factor": ops.concatenate(shears, 1), "input_shape": tuple(ops.shape(images))}

    def _matrix(self, transformation):
        shears = transformation["shear_factor"]
        return affine_matrix(1.0, shears[:, 0], 0.0, shears[:, 1], 1.0, 0.0)

    def _place(self, transformation):
        """One shear after the other, in shares of the image, as Keras moves boxes; for small ones as the matrix says."""
        height, width = self._height_and_width(transformation["input_shape"])
        shears = ops.reshape(transformation["shear_factor"], (-1, 2, 1, 1))
        proportion = 1.0 if None in (height, width) else width / height
        along_x, along_y = (shears[:, i] for i in (0, 1))

        def place(x, y):
            x = ops.subtract(x, ops.multiply(ops.multiply(along_x, proportion), y))
            return x, ops.subtract(y, ops.multiply(ops.divide(along_y, proportion), x))

        return place
