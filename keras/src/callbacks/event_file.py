"""Files of events, as TensorBoard reads them: records of protocol buffers, written without TensorFlow."""

import os
import socket
import struct
import time

import numpy as np

from keras.src.callbacks.weight_images import png

_POLYNOMIAL = 0x82F63B78
# Numbers of a dtype, and of a class of data, in TensorFlow's protocol buffers.
_STRING = 7
_BLOB_SEQUENCE = 3


def _crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_TABLE = _crc_table()


def masked_crc(data):
    """The checksum of a record: CRC-32C, rotated and shifted as TFRecord has it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def _varint(value):
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _integer(field, value):
    return _varint(field << 3) + _varint(value)


def _double(field, value):
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _float(field, value):
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _bytes(field, value):
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _doubles(field, values):
    return _bytes(field, struct.pack(f"<{len(values)}d", *values))


class EventFile:
    """An open file of events in a folder.

    Args:
        folder: Path; made if needed.
    """

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        seconds, rest = divmod(time.time_ns(), 10**9)
        name = f"events.out.tfevents.{seconds}.{socket.gethostname()}.{os.getpid()}.{rest}.v2"
        self.path = os.path.join(folder, name)
        self._file = open(self.path, "wb")
        self._write(_double(1, time.time()) + _bytes(3, b"brain.Event:2"))

    def scalar(self, name, value, step):
        """Adds a number."""
        self._add(step, _bytes(1, name.encode()) + _float(2, float(value)))

    def histogram(self, name, values, step, buckets=30):
        """Adds the distribution of an array."""
        values = np.asarray(values, "float64").ravel()
        if not values.size or not np.isfinite(values).all():
            return
        counts, edges = np.histogram(values, bins=buckets)
        message = _double(1, values.min()) + _double(2, values.max()) + _double(3, values.size)
        message += _double(4, values.sum()) + _double(5, (values**2).sum())
        message += _doubles(6, edges[1:]) + _doubles(7, counts.astype("float64"))
        self._add(step, _bytes(1, name.encode()) + _bytes(5, message))

    def text(self, name, text, step):
        """Adds a text."""
        self._strings(name, [text.encode()], step, _bytes(1, _bytes(1, b"text")))

    def images(self, name, images, step):
        """Adds pictures: bytes of shape `(pictures, height, width, channels)`, with 1, 3 or 4 channels."""
        _, height, width, _ = images.shape
        strings = [str(width).encode(), str(height).encode(), *map(png, images)]
        self._strings(name, strings, step, _bytes(1, _bytes(1, b"images")) + _integer(4, _BLOB_SEQUENCE))

    def _strings(self, name, strings, step, metadata):
        """Adds a tensor of strings, of rank 1."""
        tensor = _integer(1, _STRING) + _bytes(2, _bytes(2, _integer(1, len(strings))))
        tensor += b"".join(_bytes(8, string) for string in strings)
        self._add(step, _bytes(1, name.encode()) + _bytes(8, tensor) + _bytes(9, metadata))

    def _add(self, step, value):
        self._write(_double(1, time.time()) + _integer(2, int(step)) + _bytes(5, _bytes(1, value)))

    def _write(self, event):
        length = struct.pack("<Q", len(event))
        checksums = struct.pack("<I", masked_crc(length)), struct.pack("<I", masked_crc(event))
        self._file.write(length + checksums[0] + event + checksums[1])

    def flush(self):
        """Brings what was added to the disk."""
        self._file.flush()

    def close(self):
        """Closes the file."""
        self._file.close()


class NoFile:
    """An `EventFile` of a process that writes none."""

    def scalar(self, *args):
        """Writes nothing."""

    text = histogram = images = scalar
