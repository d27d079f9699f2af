"""Prices of houses in Boston."""

from keras.src.api_export import keras_export
from keras.src.datasets.published import fetch
from keras.src.datasets.restricted import read_npz
from keras.src.datasets.splitting import shuffled_split


@keras_export("keras.datasets.boston_housing.load_data")
def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """Loads prices of houses in the suburbs of Boston, in 1978: 506 districts, of each 13 features and the median price.

    One of the features was made from the share of black people among the inhabitants, on the assumption that
    segregation raises prices. Prefer `keras.datasets.california_housing`.

    Args:
        path: Name of the file in the cache, `~/.keras/datasets`.
        test_split: Fraction of the districts that are for tests.
        seed: Seed of the order of the districts.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: arrays of float64, of shape `(samples, 13)` and `(samples,)`; prices in
        1000 dollars.

    Raises:
        OSError: The file cannot be downloaded.

    Example:

    >>> (x_train, y_train), (x_test, y_test) = keras.datasets.boston_housing.load_data()  # doctest: +SKIP
    >>> x_train.shape  # doctest: +SKIP
    (404, 13)

    Source: David Harrison and Daniel Rubinfeld, "Hedonic prices and the demand for clean air", 1978.
    """
    data = read_npz(fetch("boston_housing.npz", path))
    return shuffled_split(data["x"], data["y"], test_split, seed)
