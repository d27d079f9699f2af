import pytest

import keras


def test_tensorflow_is_seeded_where_it_is_imported():
    tensorflow = pytest.importorskip("tensorflow")
    drawn = []
    for seed in (11, 11, 12):
        keras.utils.set_random_seed(seed)
        drawn.append(tensorflow.random.uniform((2,)).numpy().tolist())
    assert drawn[0] == drawn[1] != drawn[2]
