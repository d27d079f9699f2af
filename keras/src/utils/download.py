"""Downloads of files, which are tried again and go on where they were cut off."""

import http.client
import os
import re
import time
import urllib.error
import urllib.request

from keras.src.utils.io_utils import print_msg
from keras.src.utils.progbar import Progbar
from keras.src.version import __version__

# Seconds before the second try, the third, and so on.
PAUSES = (0.5, 2.0, 5.0, 10.0)
# Seconds in which a server must say something.
PATIENCE = 60
_PIECE_BYTES = 2**18
# The server has a bad moment, or too much to do.
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_BROKEN = (TimeoutError, ConnectionResetError, ConnectionAbortedError, http.client.HTTPException)
_BEYOND_END = 416


def download(url, path):
    """Downloads a file; what is at the path already is taken for its beginning, if the server can go on from there.

    Args:
        url: Where it is: `http://`, `https://`, `ftp://` or `file://`.
        path: Path to write to.

    Raises:
        OSError: It cannot be had. What came of it is at the path.
        ValueError: This is no URL.
    """
    print_msg(f"Downloading data from {url}")
    transfer = _Transfer(url, path)
    for pause in PAUSES:
        try:
            return transfer.attempt()
        except Exception as error:
            if not _may_pass(error):
                raise _failure(url, error) from error
        time.sleep(pause)
    try:
        return transfer.attempt()
    except Exception as error:
        raise _failure(url, error) from error


def _may_pass(error):
    if isinstance(error, urllib.error.HTTPError):
        return error.code in _PASSING
    return isinstance(error, _BROKEN) or isinstance(getattr(error, "reason", None), _BROKEN)


def _failure(url, error):
    """The error to raise for one that stopped a download."""
    if not isinstance(error, (urllib.error.URLError, *_BROKEN)):
        return error
    code, reason = getattr(error, "code", None), getattr(error, "reason", None) or error
    return OSError(
        f"URL fetch failure on {url}: {code} -- {reason}. Check the address and the connection; a file that you have already "
        "can be put where it is looked for."
    )


class _Transfer:
    """A download of one file.

    Args:
        url: Where it is.
        path: Path to write to.
    """

    def __init__(self, url, path):
        self.url = url
        self.path = path
        self.version = None

    def attempt(self):
        """Fetches what is missing.

        Raises:
            OSError, http.client.HTTPException: The connection failed.
        """
        start = os.path.getsize(self.path) if os.path.exists(self.path) else 0
        try:
            response = urllib.request.urlopen(self._request(start), timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            if error.code != _BEYOND_END:
                raise
            os.remove(self.path)
            response = urllib.request.urlopen(self._request(0), timeout=PATIENCE)
        with response:
            headers = response.headers
            self.version = headers.get("ETag") or headers.get("Last-Modified")
            goes_on = re.match(rf"bytes {start}-", headers.get("Content-Range", "")) is not None
            self._copy(response, start if goes_on else 0)

    def _request(self, start):
        headers = {"User-Agent": f"keras/{__version__}", "Accept-Encoding": "identity"}
        if start:
            headers["Range"] = f"bytes={start}-"
        if start and self.version and not self.version.startswith("W/"):
            headers["If-Range"] = self.version
        return urllib.request.Request(self.url, headers=headers)

    def _copy(self, response, done):
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdecimal() else None
        bar = Progbar(total, unit_name="byte")
        with open(self.path, "ab" if done else "wb") as file:
            while piece := response.read(_PIECE_BYTES):
                file.write(piece)
                done += len(piece)
                bar.update(done, finalize=False)
        if total is not None and done < total:
            raise http.client.IncompleteRead(b"", total - done)
        bar.update(done, finalize=True)
