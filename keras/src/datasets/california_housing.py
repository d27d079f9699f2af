"""Prices of houses in California."""

from keras.src.api_export import keras_export
from keras.src.datasets.published import fetch
from keras.src.datasets.restricted import read_npz
from keras.src.datasets.splitting import shuffled_split

_SMALL = 600


@keras_export("keras.datasets.california_housing.load_data")
def load_data(version="large", path="california_housing.npz", test_split=0.2, seed=113):
    """Loads prices of houses in California, in 1990: 20,640 districts, of each 8 features and the median price.

    The features are longitude, latitude, median age of the houses, numbers of rooms, of bedrooms, of people and of
    households, and median income.

    Args:
        version: `"large"`, or `"small"` for 600 districts.
        path: Name of the file in the cache, `~/.keras/datasets`.
        test_split: Fraction of the districts that are for tests.
        seed: Seed of the order of the districts.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of float32, of shape `(samples, 8)` and `(samples,)`; prices in
        dollars.

    Raises:
        OSError: The file cannot be downloaded.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.california_housing.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (16512, 8)

    Source: Kelley Pace and Ronald Barry, "Sparse spatial autoregressions", 1997.
    """
    if version not in ("small", "large"):
        raise ValueError(f"`version` must be 'small' or 'large'. Received: {version!r}")
    data = read_npz(fetch("california_housing.npz", path))
    count = _SMALL if version == "small" else None
    return shuffled_split(data["x"][:count], data["y"][:count], test_split, seed)
