"""A part of a file as a file of its own, of which only what is asked for comes into memory."""

import io
import os
import threading


class FileSection(io.RawIOBase):
    """The bytes of a file from one place to another, read by a handle of its own: the file may be replaced meanwhile.

    Args:
        path: Path of the file.
        start: Where the section begins.
        size: Number of its bytes; by default all up to the end of the file.

    Raises:
        OSError: It cannot be opened; while reading, it has become shorter.
    """

    def __init__(self, path, start=0, size=None):
        super().__init__()
        self.name = os.fspath(path)
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115, closed with this object
        self._start = start
        self._size = os.fstat(self._file.fileno()).st_size - start if size is None else size
        self._place = 0
        self._lock = threading.Lock()

    def __len__(self):
        return self._size

    def is_of(self, file):
        """Whether an open file is the one that this is a section of."""
        return os.path.samestat(os.fstat(self._file.fileno()), os.fstat(file.fileno()))

    def read_at(self, place, target):
        """Fills a buffer with the bytes that begin at a place."""
        target = memoryview(target).cast("B")
        done = 0
        with self._lock:
            self._file.seek(self._start + place)
            while done < len(target):
                count = self._file.readinto(target[done:])
                if not count:
                    raise OSError(f"Cannot read {self.name}: it has become shorter meanwhile.")
                done += count

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self._place

    def seek(self, offset, whence=os.SEEK_SET):
        self._place = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence])
        return self._place

    def readinto(self, target):
        count = max(0, min(len(target), self._size - self._place))
        self.read_at(self._place, memoryview(target).cast("B")[:count])
        self._place += count
        return count

    def close(self):
        if not self.closed:
            self._file.close()
        super().close()
