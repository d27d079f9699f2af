"""Parameters and data of tests; other libraries' tests use them."""

import itertools

import numpy as np


def named_product(*args, **kwargs):
    """All combinations of some values, each with a name, for `parameterized.named_parameters` of absl.

    Args:
        *args: Lists of dicts, each of which has a `testcase_name`.
        **kwargs: Lists of values, by the names of parameters. The first ones vary fastest.

    Returns:
        List of dicts with `testcase_name` and a value for each parameter.

    Example:

    >>> named_product(axis=[0, 1])
    [{'testcase_name': '0', 'axis': 0}, {'testcase_name': '1', 'axis': 1}]
    """
    named = [[(case["testcase_name"], _without_name(case)) for case in cases] for cases in args]
    named += [[(_shown(value), {key: value}) for value in values] for key, values in kwargs.items()]
    result = []
    for backwards in itertools.product(*reversed(named)):
        combination = backwards[::-1]
        case = {"testcase_name": "_".join(name for name, _ in combination)}
        for _, values in combination:
            case.update(values)
        result.append(case)
    return result


def _without_name(case):
    return {key: value for key, value in case.items() if key != "testcase_name"}


def _shown(value):
    return str(value).lower() if value is None or isinstance(value, bool) else str(getattr(value, "__name__", value))


def get_test_data(train_samples, test_samples, input_shape, num_classes, random_seed=None):
    """Data of classes that can be told apart.

    Args:
        train_samples: Int.
        test_samples: Int.
        input_shape: Tuple of ints, without the batch.
        num_classes: Int.
        random_seed: Optional int.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: float32 arrays, and ints from 0 to `num_classes - 1`.
    """
    generator = np.random.default_rng(random_seed)
    count = train_samples + test_samples
    labels = generator.integers(0, num_classes, count)
    centers = 2 * num_classes * generator.random((num_classes, *input_shape))
    inputs = (centers[labels] + generator.normal(size=(count, *input_shape))).astype("float32")
    train, test = slice(train_samples), slice(train_samples, None)
    return (inputs[train], labels[train]), (inputs[test], labels[test])
