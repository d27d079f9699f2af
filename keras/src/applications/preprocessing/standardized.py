"""How the networks named below want images."""

from keras.src.api_export import keras_export
from keras.src.applications import imagenet_utils


@keras_export("keras.applications.densenet.preprocess_input")
def preprocess_input(x, data_format=None):
    """Scales colours to mean 0 and deviation 1 over ImageNet, as this network wants images.

    Args:
        x: Images with colours from 0 to 255 in the order red, green, blue: an array or tensor of rank 3 or 4, or a
            symbolic tensor.
        data_format: `"channels_last"` or `"channels_first"`; the default of `keras.config` where it is `None`.

    Returns:
        Images with each channel less its mean and divided by its standard deviation over ImageNet; of the dtype of `x` where it is one of floats, else of
        `keras.config.floatx()`. They have memory of their own.

    Raises:
        ValueError: `data_format` is none of those, or the channels are not three.

    Example:

    >>> image = np.full((1, 2, 2, 3), 255.0)
    >>> keras.applications.densenet.preprocess_input(image)[0, 0, 0]
    array([2.248908, 2.428571, 2.64    ])
    """
    return imagenet_utils.preprocess_input(x, data_format=data_format, mode="torch")
