"""How the networks named below want images."""

from keras.src.api_export import keras_export
from keras.src.applications import imagenet_utils


@keras_export(
    [
        "keras.applications.inception_resnet_v2.preprocess_input",
        "keras.applications.inception_v3.preprocess_input",
        "keras.applications.mobilenet.preprocess_input",
        "keras.applications.mobilenet_v2.preprocess_input",
        "keras.applications.nasnet.preprocess_input",
        "keras.applications.resnet_v2.preprocess_input",
        "keras.applications.xception.preprocess_input",
    ]
)
def preprocess_input(x, data_format=None):
    """Scales colours to the range from -1 to 1, as these networks want images.

    Args:
        x: Images with colours from 0 to 255 in the order red, green, blue: an array or tensor of rank 3 or 4, or a
            symbolic tensor.
        data_format: `"channels_last"` or `"channels_first"`; the default of `keras.config` where it is `None`.

    Returns:
        Images with colours from -1 to 1; of the dtype of `x` where it is one of floats, else of
        `keras.config.floatx()`. They have memory of their own.

    Raises:
        ValueError: `data_format` is none of those.

    Example:

    >>> image = np.full((1, 2, 2, 3), 255.0)
    >>> keras.applications.inception_resnet_v2.preprocess_input(image)[0, 0, 0]
    array([1., 1., 1.])
    """
    return imagenet_utils.preprocess_input(x, data_format=data_format, mode="tf")
