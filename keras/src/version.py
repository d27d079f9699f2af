from keras.src.api_export import keras_export

# The one place where the version stands; pyproject.toml reads it from here.
__version__ = "3.16.0"


@keras_export("keras.version")
def version():
    """Version of this library, as a string.

    Returns:
        The value of `keras.__version__`.

    Example:

    >>> keras.version() == keras.__version__
    True
    """
    return __version__
