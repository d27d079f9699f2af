"""`AugMix`: images mixed with what several chains of augmentations make of them."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.checks import positive_int
from keras.src.layers.preprocessing.image_preprocessing import draws
from keras.src.layers.preprocessing.image_preprocessing.augmenting_layer import AugmentingLayer
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import is_number

_NAMES = (
    "random_shear",
    "random_translation",
    "random_rotation",
    "solarization",
    "random_posterization",
    "auto_contrast",
    "equalization",
)
_MORE = ("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")


@keras_export("keras.layers.AugMix")
class AugMix(AugmentingLayer):
    """Adds to a share of each image a weighted sum of what chains of layers make of it, chosen at random while training.

    Args:
        value_range: The least and the greatest value of pixels.
        num_chains: Number of chains.
        chain_depth: How many layers a chain has at most.
        factor: Number or two numbers from 0 to 1: the `factor` of the layers, that is how strong they are.
        alpha: Positive number: the weights of chains are drawn from the Dirichlet distribution with this parameter, and
            the share of the image itself from Beta(`alpha`, `alpha`).
        all_ops: Whether brightness, colour, contrast and sharpness are among the layers, which tests of
            robustness may use themselves.
        interpolation: `"bilinear"` or `"nearest"`, for layers that move pixels.
        seed: Int or `keras.random.SeedGenerator`.
        data_format: `"channels_last"` or `"channels_first"`.
        **kwargs: `bounding_box_format`, and arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Images of shape `(batch, height, width, 3)` or `(height, width, 3)`, or a dict of `"images"`, `"labels"`,
    `"bounding_boxes"` and `"segmentation_masks"`. Outputs: the same; only images change, to floats.

    Reference:
        [AugMix: A Simple Data Processing Method](https://arxiv.org/abs/1912.02781)

    Example:

    >>> keras.layers.AugMix(num_chains=2, chain_depth=1, seed=1)(np.full((2, 8, 8, 3), 100.0)).shape
    (2, 8, 8, 3)
    """

    def __init__(
        self,
        value_range=(0, 255),
        num_chains=3,
        chain_depth=3,
        factor=0.3,
        alpha=1.0,
        all_ops=True,
        interpolation="bilinear",
        seed=None,
        data_format=None,
        **kwargs,
    ):
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.num_chains = positive_int("num_chains", num_chains)
        self.chain_depth = positive_int("chain_depth", chain_depth)
        if not is_number(alpha) or alpha <= 0:
            raise ValueError(f"`alpha` must be a positive number. Received: alpha={alpha!r}")
        self.alpha, self.all_ops = alpha, all_ops
        self._keep(value_range, interpolation, seed)
        self._make_choices(_NAMES + _MORE if all_ops else _NAMES)

    def get_random_transformation(self, data, training=True, seed=None):
        images = self._images_of(data)
        if not training or self._is_described(images):
            return None
        generator = self._seed_for(seed)
        chains = [self._chain(images, seed) for _ in range(self.num_chains)]
        return {
            "chain_mixing_weights": draws.shares(self.num_chains, self.alpha, generator),
            "weight_sample": draws.beta((), self.alpha, generator),
            "chain_transforms": chains,
        }

    def _chain(self, images, seed):
        """List of dicts for the steps of a chain; the number of a step that a chain does not have is that of no layer."""
        generator = self._seed_for(seed)
        depth = draws.randint((), 1, self.chain_depth + 1, generator)
        indices = draws.randint((self.chain_depth,), 0, len(self._choices), generator)
        indices = ops.where(ops.less(ops.arange(self.chain_depth), depth), indices, len(self._choices))
        steps = [indices[i] for i in range(self.chain_depth)]
        return [{"layer_idx": i, "transforms": self._transformations(images, [i], seed)} for i in steps]

    def transform_images(self, images, transformation, training=True):
        return super().transform_images(images, transformation, training)

    def _recoloured(self, images, transformation):
        weights, share = transformation["chain_mixing_weights"], transformation["weight_sample"]
        total = None
        for i, chain in enumerate(transformation["chain_transforms"]):
            changed = images
            for step in chain:
                changed = self._applied("transform_images", changed, step["layer_idx"], step["transforms"])
            part = ops.multiply(changed, weights[i])
            total = part if total is None else ops.add(total, part)
        return ops.add(ops.multiply(images, share), ops.multiply(total, ops.subtract(1.0, share)))
