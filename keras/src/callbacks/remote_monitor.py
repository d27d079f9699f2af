"""Sends results to a server."""

import json

import numpy as np

from keras.src.api_export import keras_export
from keras.src.callbacks.callback import Callback
from keras.src.utils.module_utils import LazyModule
from keras.src.utils.warning_utils import warn

requests = LazyModule("requests")


@keras_export("keras.callbacks.RemoteMonitor")
class RemoteMonitor(Callback):
    """Posts the results of each epoch to a server.

    Args:
        root: Address of the server.
        path: Path below it.
        field: Name of the form field that holds the JSON; unless `send_as_json`.
        headers: Dict of HTTP headers, or `None`.
        send_as_json: Whether the body is the JSON itself.

    Example:

    >>> callback = keras.callbacks.RemoteMonitor(root="http://localhost:9000")
    """

    _is_for_chief = True

    def __init__(
        self, root="http://localhost:9000", path="/publish/epoch/end/", field="data", headers=None, send_as_json=False
    ):
        super().__init__()
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch, logs=None):
        """Posts the results; a server that cannot be reached is a warning."""
        content = {"epoch": epoch, **{name: _jsonable(value) for name, value in (logs or {}).items()}}
        body = {"json": content} if self.send_as_json else {"data": {self.field: json.dumps(content)}}
        try:
            requests.post(self.root + self.path, headers=self.headers, **body)
        except requests.exceptions.RequestException:
            warn(f"The server of RemoteMonitor could not be reached at {self.root}")


def _jsonable(value):
    if isinstance(value, np.ndarray):
        return value.item() if value.size == 1 else value.tolist()
    return value.item() if isinstance(value, np.generic) else value
