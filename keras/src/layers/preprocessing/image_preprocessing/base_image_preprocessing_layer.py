"""`BaseImagePreprocessingLayer`: one random transformation, applied to images and to what comes along with them."""

from keras.src import backend, ops
from keras.src.backend.common import workers
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.layers.preprocessing.image_preprocessing.boxes import dtype_of_boxes, layout_of
from keras.src.ops.image.layout import channel_axis, spatial_axes
from keras.src.random.seed_generator import SeedGenerator

_PIXELS = ("images", "segmentation_masks")


class BaseImagePreprocessingLayer(DataLayer):
    """The base of layers that change images, and with them labels, bounding boxes and segmentation masks.

    A call takes images, of shape `(batch, height, width, channels)` or `(height, width, channels)` (or with the
    channels first, by `data_format`), or a dict with them as `"images"` and, each optional,

    * `"labels"`: tensor of any shape, with the batch first where images are a batch;
    * `"bounding_boxes"`: dict of `"boxes"`, of shape `(batch, boxes, 4)` in the format `bounding_box_format`, and
      `"labels"`, of shape `(batch, boxes)`, -1 where there is no box; both without the batch beside a single image;
    * `"segmentation_masks"`: tensor of classes, shaped as the images are, with one channel.

    Other entries pass untouched. The call draws one transformation for the data and applies it to each part.

    How to write a layer. `get_random_transformation` draws; the four `transform_*` apply what it gave, and always get
    batches: a single image comes as a batch of one. What a layer does not define raises `NotImplementedError` where it
    is needed.

    * `get_random_transformation(data, training=True, seed=None)` gets what the call got, a batch or not, and returns
      anything, usually a dict of tensors with the batch first and 1 along the other dimensions, or `None` for "leave
      it all as it is", as where `training` is `False`. `self._images_of(data)` are the images, `self._sizes(images)`
      their `(batch, height, width, channels)`. It draws by `draws.uniform`, `draws.normal` and `draws.randint` with
      `self._seed_for(seed)`, so that it also runs on descriptions of tensors, with unknown sizes.
    * `transform_images(images, transformation, training=True)`: floating-point images come in the compute dtype,
      integers as they are; a layer casts by itself to what it gives back.
    * `transform_labels`, `transform_segmentation_masks`: likewise. Masks keep their dtype, and get no new classes.
    * `transform_bounding_boxes`: the dict, boxes in float32 (or float64), in `bounding_box_format`.
    * `transform_single_image`, `transform_single_label`, `transform_single_bounding_box`,
      `transform_single_segmentation_mask` do the same for data without a batch, by way of the others.
    * `_changed_shape(shape)`: the shape of images and masks afterwards, where that is not the same.

    `_USE_BASE_FACTOR` says whether the layer has the argument `factor`, a number or two, kept in `self.factor` as a
    pair of the least and the greatest; `_FACTOR_BOUNDS` between which a number must lie, and which the interval between
    two numbers must overlap, or lie in where `_FACTOR_WITHIN_BOUNDS`. The constructor of a random layer ends with
    `self._set_seed(seed)`.

    All code uses `keras.ops`, so that it runs on any backend, on TensorFlow's tensors in `tf.data`, and on arrays in
    worker processes.

    Args:
        factor: Number or two numbers within `_FACTOR_BOUNDS`: how strong the change is. One number stands for the
            interval from its negative, or from the lower bound, to it.
        bounding_box_format: Name of the format of bounding boxes, see `keras.utils.bounding_boxes.convert_format`.
        data_format: `"channels_last"` or `"channels_first"`; by default as in `keras.config.image_data_format()`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.
    """

    _USE_BASE_FACTOR = True
    _FACTOR_BOUNDS = (-1, 1)
    _FACTOR_WITHIN_BOUNDS = False

    _also_in_config = ("data_format", "bounding_box_format")
    _omitted_from_config_when_none = frozenset(("bounding_box_format",))

    def __init__(self, factor=None, bounding_box_format=None, data_format=None, **kwargs):
        super().__init__(**kwargs)
        if bounding_box_format is not None:
            layout_of(bounding_box_format)
        self.bounding_box_format = bounding_box_format
        self.data_format = backend.standardize_data_format(data_format)
        if self._USE_BASE_FACTOR:
            self._set_factor(0.0 if factor is None else factor)
        elif factor is not None:
            raise ValueError(f"{type(self).__name__} does not take the argument `factor`. Received: factor={factor}")
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self._start_built()

    @property
    def _not_in_config(self):
        return () if self._USE_BASE_FACTOR else ("factor",)

    # Arguments

    def _set_factor(self, factor):
        self.factor = self._checked_factor("factor", factor, overlapping=not self._FACTOR_WITHIN_BOUNDS)

    def _checked_factor(self, name, factor, bounds=None, open_below=False, overlapping=False):
        """The least and the greatest value of an argument that is a number or two.

        Args:
            name: Name of the argument, for the message.
            factor: What was given for it. One number stands for the interval from its negative, or from the lower
                bound where that is greater, to it.
            bounds: The least and the greatest number allowed.
            open_below: Whether the lower bound itself is refused.
            overlapping: Whether it is enough for two numbers that the first is not above the bounds, and the second
                not below them.

        Raises:
            ValueError: It is something else.
        """
        low, high = bounds or self._FACTOR_BOUNDS
        numbers = tuple(factor) if isinstance(factor, (list, tuple)) else None
        valid = numbers is None or len(numbers) == 2
        valid = valid and all(map(is_number, numbers or (factor,)))
        if valid and numbers and overlapping:
            valid = numbers[0] <= high and numbers[1] >= low
        elif valid:
            valid = all(low <= n <= high and not (open_below and n == low) for n in numbers or (factor,))
        if not valid:
            interval = f"{'(' if open_below else '['}{low}, {high}]"
            raise ValueError(f"`{name}` must be a number or two numbers within {interval}. Received: {name}={factor!r}")
        if numbers:
            return tuple(sorted(numbers))
        magnitude = abs(factor)
        return (max(-magnitude, low), magnitude)

    def _set_seed(self, seed):
        """Makes the generator that draws: a random layer ends its constructor with it.

        Args:
            seed: Int, `keras.random.SeedGenerator` or `None`.
        """
        self.seed = seed
        self.generator = SeedGenerator(seed) if not isinstance(seed, SeedGenerator) else seed

    def _seed_for(self, seed=None):
        """What to draw with: `seed` where the caller gives one, else the layer's generator."""
        return self.generator if seed is None else seed

    # What a layer defines

    def get_random_transformation(self, data, training=True, seed=None):
        """A transformation for data, as the `transform_*` methods take it.

        Args:
            data: Images or a dict with them, as in a call.
            training: Whether the call trains.
            seed: Int or `keras.random.SeedGenerator` to draw with in place of the layer's own.
        """
        return None

    def transform_images(self, images, transformation, training=True):
        """A batch of images, transformed.

        Args:
            images: Tensor of rank 4.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        raise self._undefined("transform_images")

    def transform_labels(self, labels, transformation, training=True):
        """Labels of a batch of images, transformed.

        Args:
            labels: Tensor with the batch first.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        raise self._undefined("transform_labels")

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        """Bounding boxes of a batch of images, transformed.

        Args:
            bounding_boxes: Dict of `"boxes"`, of shape `(batch, boxes, 4)`, and `"labels"`, of shape `(batch, boxes)`.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        raise self._undefined("transform_bounding_boxes")

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        """Segmentation masks of a batch of images, transformed.

        Args:
            segmentation_masks: Tensor of rank 4, with one channel.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        raise self._undefined("transform_segmentation_masks")

    def _undefined(self, method):
        return NotImplementedError(
            f"{type(self).__name__} does not say what becomes of this part of the data: it must define `{method}()`."
        )

    # Without a batch

    def transform_single_image(self, image, transformation, training=True):
        """One image, transformed.

        Args:
            image: Tensor of rank 3.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        return _first(self.transform_images(image[None], transformation, training=training))

    def transform_single_label(self, label, transformation, training=True):
        """The label of one image, transformed.

        Args:
            label: Tensor.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        return _first(self.transform_labels(ops.expand_dims(label, 0), transformation, training=training))

    def transform_single_bounding_box(self, bounding_box, transformation, training=True):
        """The bounding boxes of one image, transformed.

        Args:
            bounding_box: Dict of `"boxes"`, of shape `(boxes, 4)`, and `"labels"`, of shape `(boxes,)`.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        batch = {name: ops.expand_dims(x, 0) for name, x in bounding_box.items()}
        boxes = self.transform_bounding_boxes(batch, transformation, training=training)
        return {name: _first(x) for name, x in boxes.items()}

    def transform_single_segmentation_mask(self, segmentation_mask, transformation, training=True):
        """The segmentation mask of one image, transformed.

        Args:
            segmentation_mask: Tensor of rank 3, with one channel.
            transformation: What `get_random_transformation` gave.
            training: Whether the call trains.
        """
        masks = self.transform_segmentation_masks(segmentation_mask[None], transformation, training=training)
        return _first(masks)

    # The call

    def call(self, data, training=True):
        if workers.number() != self._process:
            workers.check_engine(backend.core.RUNS_AFTER_FORK, backend.backend())
        if not isinstance(data, dict):
            images = self._taken_images(data)
            transformation = self.get_random_transformation(images, training=training)
            return self._part("images", images, self._is_batched(images), transformation, training)
        data = self._taken(data)
        batched = self._is_batched(data["images"])
        transformation = self.get_random_transformation(data, training=training)
        return {name: self._part(name, x, batched, transformation, training) for name, x in data.items()}

    def _part(self, name, x, batched, transformation, training):
        methods = _METHODS.get(name)
        if methods is None:
            return x
        return getattr(self, methods[0 if batched else 1])(x, transformation, training=training)

    def _is_batched(self, images):
        rank = len(images.shape)
        if rank not in (3, 4):
            raise ValueError(
                "Images must have rank 3 (one image) or rank 4 (a batch of images). "
                f"Received: images of shape {tuple(images.shape)}"
            )
        return rank == 4

    def _taken(self, data):
        """A dict with its known entries as tensors."""
        if "images" not in data:
            raise ValueError(f"A dict must hold the images as `'images'`. Received: the keys {sorted(data)}")
        take = {
            "images": self._taken_images,
            "bounding_boxes": self._taken_boxes,
            "labels": _as_tensor,
            "segmentation_masks": _as_tensor,
        }
        return {name: take[name](x) if name in take else x for name, x in data.items()}

    def _taken_images(self, images):
        """A tensor, in the compute dtype where it is one of floats."""
        images = _as_tensor(images)
        return self._dtype_policy.convert_input(images, self.autocast, self.compute_dtype)

    def _taken_boxes(self, bounding_boxes):
        if self.bounding_box_format is None:
            raise ValueError(
                f"{type(self).__name__} must know the format of the bounding boxes: make it with "
                "`bounding_box_format`, such as `'xyxy'`."
            )
        if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= set(bounding_boxes):
            raise ValueError(
                "`bounding_boxes` must be a dict with the keys 'boxes' and 'labels'. "
                f"Received: {bounding_boxes if not isinstance(bounding_boxes, dict) else sorted(bounding_boxes)}"
            )
        taken = {name: _as_tensor(x) for name, x in bounding_boxes.items()}
        boxes = taken["boxes"]
        if len(boxes.shape) < 2 or boxes.shape[-1] not in (4, None):
            raise ValueError(
                "Bounding boxes must have the shape (batch, boxes, 4), or (boxes, 4) beside one image. "
                f"Received: boxes of shape {tuple(boxes.shape)}"
            )
        return {**taken, "boxes": ops.cast(boxes, dtype_of_boxes(boxes))}

    # For those who define layers

    def _images_of(self, data):
        """The images of what a call got, as a tensor."""
        return _as_tensor(data["images"] if isinstance(data, dict) else data)

    def _sizes(self, images):
        """`(batch, height, width, channels)` of images; the batch is 1 for a single one.

        Sizes are ints, scalar tensors while a graph of TensorFlow is built, or `None` where a call is symbolic.
        """
        sizes = tuple(ops.shape(images))
        batch = sizes[0] if self._is_batched(images) else 1
        return (batch, *self._height_and_width(sizes), sizes[channel_axis(len(sizes), self.data_format)])

    def _height_and_width(self, shape):
        return tuple(shape[axis] for axis in spatial_axes(len(shape), self.data_format))

    def _per_image(self, data):
        """Shape of numbers of which each image has its own: `(batch, 1, 1, 1)`, or `(1, 1, 1)` for a single image."""
        images = self._images_of(data)
        return (ops.shape(images)[0], 1, 1, 1) if self._is_batched(images) else (1, 1, 1)

    # Shapes

    def _changed_shape(self, shape):
        return shape

    def compute_output_shape(self, input_shape):
        """Shape of images of shape `input_shape` afterwards, or a dict of shapes.

        Args:
            input_shape: Tuple, or dict of shapes.
        """
        if isinstance(input_shape, dict):
            changed = {name: self._changed_shape(tuple(input_shape[name])) for name in _PIXELS if name in input_shape}
            return {**input_shape, **changed}
        return self._changed_shape(tuple(input_shape))

    def compute_output_spec(self, *args, **kwargs):
        # What comes out has dtypes of its own: masks and labels keep theirs.
        return self._spec_by_calling(args, kwargs)


_METHODS = {
    "images": ("transform_images", "transform_single_image"),
    "bounding_boxes": ("transform_bounding_boxes", "transform_single_bounding_box"),
    "labels": ("transform_labels", "transform_single_label"),
    "segmentation_masks": ("transform_segmentation_masks", "transform_single_segmentation_mask"),
}
"""What transforms a part of the data: with a batch, and without."""


def is_number(x):
    """Whether `x` is an int or a float."""
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def checked_value_range(value_range):
    """The least and the greatest value of pixels, as a list.

    Args:
        value_range: Two numbers.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(value_range, (list, tuple)) or len(value_range) != 2 or not all(map(is_number, value_range)):
        raise ValueError(f"`value_range` must be two numbers, such as (0, 255). Received: value_range={value_range!r}")
    return sorted(value_range)


def _as_tensor(x):
    return x if ops.is_tensor(x) or isinstance(x, backend.KerasTensor) else ops.convert_to_tensor(x)


def _first(x):
    return ops.squeeze(x, 0)
