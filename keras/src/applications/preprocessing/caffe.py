"""How the networks named below want images."""

from keras.src.api_export import keras_export
from keras.src.applications import imagenet_utils


@keras_export(
    [
        "keras.applications.resnet.preprocess_input",
        "keras.applications.resnet50.preprocess_input",
        "keras.applications.vgg16.preprocess_input",
        "keras.applications.vgg19.preprocess_input",
    ]
)
def preprocess_input(x, data_format=None):
    """Subtracts the mean colour of ImageNet and reverses the order of the channels, as these networks want images.

    Args:
        x: Images with colours from 0 to 255 in the order red, green, blue: an array or tensor of rank 3 or 4, or a
            symbolic tensor.
        data_format: `"channels_last"` or `"channels_first"`; the default of `keras.config` where it is `None`.

    Returns:
        Images with channels in the order blue, green, red, each less its mean over ImageNet; of the dtype of `x` where it is one of floats, else of
        `keras.config.floatx()`. They have memory of their own.

    Raises:
        ValueError: `data_format` is none of those, or the channels are not three.

    Example:

    >>> image = np.full((1, 2, 2, 3), 255.0)
    >>> keras.applications.resnet.preprocess_input(image)[0, 0, 0]
    array([151.061, 138.221, 131.32 ])
    """
    return imagenet_utils.preprocess_input(x, data_format=data_format, mode="caffe")
