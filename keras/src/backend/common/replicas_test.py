"""What runs steps once for each device is tested in `distribution/jobs_test.py`; here, that others pay nothing for it."""

import keras
from keras.src import backend


def test_methods_are_wrapped_where_steps_run_for_each_device():
    class Own(keras.metrics.Metric):
        def update_state(self, x):
            """As it is."""

    for kind in (Own, keras.metrics.Mean, keras.metrics.AUC):
        assert hasattr(kind.update_state, "__wrapped__") == backend.RUNS_REPLICAS
