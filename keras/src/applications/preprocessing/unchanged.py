"""How the networks named below want images."""

from keras.src.api_export import keras_export


@keras_export(
    [
        "keras.applications.convnext.preprocess_input",
        "keras.applications.efficientnet.preprocess_input",
        "keras.applications.efficientnet_v2.preprocess_input",
        "keras.applications.mobilenet_v3.preprocess_input",
    ]
)
def preprocess_input(x, data_format=None):
    """Leaves images as they are: these networks have layers that scale them.

    Args:
        x: Images with colours from 0 to 255: an array or tensor, or a symbolic tensor.
        data_format: Not used.

    Returns:
        `x` itself.

    Example:

    >>> image = np.full((1, 2, 2, 3), 255.0)
    >>> keras.applications.convnext.preprocess_input(image)[0, 0, 0]
    array([255., 255., 255.])
    """
    return x
