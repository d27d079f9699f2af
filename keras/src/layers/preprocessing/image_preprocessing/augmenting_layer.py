"""`AugmentingLayer`: the base of layers that apply other layers of images, chosen at random."""

from keras.src import backend, ops
from keras.src.backend import door
from keras.src.layers.preprocessing.image_preprocessing.auto_contrast import AutoContrast
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import checked_value_range
from keras.src.layers.preprocessing.image_preprocessing.color_layer import RecolouringLayer
from keras.src.layers.preprocessing.image_preprocessing.equalization import Equalization
from keras.src.layers.preprocessing.image_preprocessing.random_brightness import RandomBrightness
from keras.src.layers.preprocessing.image_preprocessing.random_color_degeneration import RandomColorDegeneration
from keras.src.layers.preprocessing.image_preprocessing.random_contrast import RandomContrast
from keras.src.layers.preprocessing.image_preprocessing.random_posterization import RandomPosterization
from keras.src.layers.preprocessing.image_preprocessing.random_rotation import RandomRotation
from keras.src.layers.preprocessing.image_preprocessing.random_sharpness import RandomSharpness
from keras.src.layers.preprocessing.image_preprocessing.random_shear import RandomShear
from keras.src.layers.preprocessing.image_preprocessing.random_translation import RandomTranslation
from keras.src.layers.preprocessing.image_preprocessing.solarization import Solarization
from keras.src.ops.image.layout import check_one_of, work_dtype


class AugmentingLayer(RecolouringLayer):
    """Holds the layers to choose from, by name, in `_choices`, and applies one of them by a number that may be a tensor."""

    _FACTOR_BOUNDS = (0, 1)
    _FACTOR_WITHIN_BOUNDS = True

    def _keep(self, value_range, interpolation, seed):
        """Keeps what these layers have in common."""
        check_one_of("interpolation", interpolation, ("nearest", "bilinear"))
        self.value_range = checked_value_range(value_range)
        self.interpolation = interpolation
        self._set_seed(seed)

    def _make_choices(self, names):
        """Makes the layers named, which share the generator of random numbers, and compute in float32 at least."""
        common = {"dtype": work_dtype(self.compute_dtype), "data_format": self.data_format}
        common["bounding_box_format"] = self.bounding_box_format
        ranged, random = {"value_range": self.value_range}, {"seed": self.generator}
        moving = {"interpolation": self.interpolation, "fill_mode": "reflect", **random}
        factor = self.factor
        bits = tuple(max(int(8 * x), 1) for x in factor)
        arguments = {
            "random_shear": (RandomShear, {"x_factor": factor, "y_factor": factor, **moving}),
            "random_translation": (RandomTranslation, {"height_factor": factor, "width_factor": factor, **moving}),
            "random_rotation": (RandomRotation, {"factor": factor, **moving}),
            "random_brightness": (RandomBrightness, {"factor": factor, **ranged, **random}),
            "random_color_degeneration": (RandomColorDegeneration, {"factor": factor, **ranged, **random}),
            "random_contrast": (RandomContrast, {"factor": factor, **ranged, **random}),
            "random_sharpness": (RandomSharpness, {"factor": factor, **ranged, **random}),
            "solarization": (Solarization, {"addition_factor": factor, "threshold_factor": factor, **ranged, **random}),
            "random_posterization": (RandomPosterization, {"factor": bits, **ranged, **random}),
            "auto_contrast": (AutoContrast, ranged),
            "equalization": (Equalization, ranged),
        }
        self._choices = {name: arguments[name][0](**arguments[name][1], **common, name=name) for name in names}

    def _transformations(self, images, indices, seed):
        """Transformations of the layers that may be applied: of those with the given numbers, where these are known.

        Args:
            images: Tensor.
            indices: List of scalar integer tensors.
            seed: As in `get_random_transformation`.
        """
        names = list(self._choices)
        if all(_is_known(index) for index in indices):
            chosen = {_number(index) for index in indices}
            names = [name for i, name in enumerate(names) if i in chosen]
        return {name: self._choices[name].get_random_transformation(images, seed=seed) for name in names}

    def _applied(self, method, x, index, transformations):
        """What a method of the layer number `index` makes of `x`; numbers beyond all layers leave it.

        Args:
            method: Name of a method, such as `"transform_images"`.
            x: Tensor or dict of tensors, with the batch first.
            index: Scalar integer tensor.
            transformations: What `_transformations` gave.
        """
        steps = [
            lambda x, layer=layer, name=name: getattr(layer, method)(x, transformations.get(name))
            for name, layer in self._choices.items()
        ]
        steps.append(lambda x: x)
        if _is_known(index):
            return steps[min(_number(index), len(steps) - 1)](x)
        return ops.switch(index, steps, x)

    def _is_described(self, images):
        return isinstance(images, backend.KerasTensor)


def _is_known(index):
    """Whether the value of a tensor can be read: it is of no graph in the making."""
    if isinstance(index, int):
        return True
    return not (backend.core.is_compiling() or door.server_of(index) is not None or backend.core.is_traced(index))


def _number(index):
    return int(ops.convert_to_numpy(index))
