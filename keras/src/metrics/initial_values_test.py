"""Variables of a metric may begin with given values."""

import numpy as np

from keras import metrics
from keras.src import backend


class Begun(metrics.Metric):
    def __init__(self):
        super().__init__()
        self.array = self.add_variable((2,), np.array([1.0, 2.0], "float32"), name="array")
        self.tensor = self.add_weight((2,), backend.convert_to_tensor([3.0, 4.0]), name="tensor")


def test_arrays_and_tensors_as_initializers():
    begun = Begun()
    assert backend.convert_to_numpy(begun.array).tolist() == [1.0, 2.0]
    assert backend.convert_to_numpy(begun.tensor).tolist() == [3.0, 4.0]
