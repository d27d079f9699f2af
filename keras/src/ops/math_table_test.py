"""Rows for the ops of `keras.src.ops.math`: the oracles are NumPy and SciPy."""

import numpy as np
import scipy.signal
import scipy.special

from keras.src.testing.op_cases import ALL, FLOATS, F, Table, case, of

TABLE = Table()
row = TABLE.row


def _pair(z):
    return np.real(z).astype("float32"), np.imag(z).astype("float32")


def _segments(reduce, empty):
    def oracle(data, segment_ids, num_segments=None, sorted=False):
        count = int(segment_ids.max()) + 1 if num_segments is None else num_segments
        rows = [data[segment_ids == i] for i in range(count)]
        return np.stack([reduce(r, axis=0) if len(r) else np.full(data.shape[1:], empty, data.dtype) for r in rows])

    return oracle


def _top_k(x, k, sorted=True):
    order = np.argsort(-x, axis=-1, kind="stable")[..., :k]
    return np.take_along_axis(x, order, -1), order


def _in_top_k(targets, predictions, k):
    return np.array([(p > p[t]).sum() < k for t, p in zip(targets, predictions)])


def _window(window, sequence_length, fft_length):
    if window is None:
        values = np.ones(sequence_length)
    else:
        values = scipy.signal.get_window(window, sequence_length)
    before = (fft_length - sequence_length) // 2
    return np.pad(values, (before, fft_length - sequence_length - before))


def _stft(x, sequence_length, sequence_stride, fft_length, window="hann", center=True):
    if center:
        half = fft_length // 2
        x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(half, half)], mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(x, fft_length, axis=-1)[..., ::sequence_stride, :]
    return _pair(np.fft.rfft(frames * _window(window, sequence_length, fft_length)))


_SIGNAL = np.random.default_rng(0).normal(size=(2, 64)).astype("float32")
_SPECTRUM = list(_stft(_SIGNAL, 16, 8, 20))


def _istft(x, sequence_length, sequence_stride, fft_length, length=None, window="hann", center=True):
    return _SIGNAL if length is None else np.pad(_SIGNAL, ((0, 0), (0, max(0, length - 64))))[:, :length]


for _name in ("erf", "erfc"):
    row(_name, case(F(2, 3)), oracle=getattr(scipy.special, _name), dtypes=ALL, gradient=True)
row(
    "erfinv",
    case(of("unit", 2, 3)),
    oracle=scipy.special.erfinv,
    dtypes=FLOATS,
    gradient=True,
    tolerance=1e-4,
    half=5e-2,
)
row("rsqrt", case(of("positive", 2, 3)), oracle=lambda x: 1 / np.sqrt(x), dtypes=ALL, gradient=True)
row(
    "logsumexp",
    case(F(2, 3)),
    case(F(2, 3), axis=1, keepdims=True),
    case(F(2, 3, 2), axis=(0, 2)),
    case(np.float32([1e4, 1e4])),
    oracle=scipy.special.logsumexp,
    dtypes=ALL,
    gradient=True,
)
for _name, _reduce, _empty in (
    ("sum", np.sum, 0),
    ("prod", np.prod, 1),
    ("max", np.max, -np.inf),
    ("min", np.min, np.inf),
):
    row(
        f"segment_{_name}",
        case(F(5, 2), np.array([0, 0, 1, 2, 2]), 3),
        case(F(4), np.array([2, 0, 2, 0]), num_segments=4),
        oracle=_segments(_reduce, _empty),
        dtypes=("int32", *FLOATS),
        gradient=_name == "sum",
    )
row("top_k", case(of("distinct", 2, 6), 3), case(of("distinct", 5), 2), oracle=_top_k, dtypes=("int32", *FLOATS))
row("in_top_k", case(of("small", 4), F(4, 5), 2), oracle=_in_top_k, half=None)
row("fft", case([F(2, 5), F(2, 5)]), oracle=lambda x: _pair(np.fft.fft(x[0] + 1j * x[1])), tolerance=1e-4, half=None)
row("fft2", case([F(3, 4), F(3, 4)]), oracle=lambda x: _pair(np.fft.fft2(x[0] + 1j * x[1])), tolerance=1e-4, half=None)
row(
    "ifft2", case([F(3, 4), F(3, 4)]), oracle=lambda x: _pair(np.fft.ifft2(x[0] + 1j * x[1])), tolerance=1e-4, half=None
)
row(
    "rfft",
    case(F(2, 6)),
    case(F(2, 6), fft_length=8),
    case(F(2, 6), fft_length=5),
    oracle=lambda x, fft_length=None: _pair(np.fft.rfft(x, fft_length)),
    tolerance=1e-4,
    half=None,
)
row(
    "irfft",
    case([F(2, 4), F(2, 4)]),
    case([F(2, 4), F(2, 4)], fft_length=5),
    oracle=lambda x, fft_length=None: np.fft.irfft(x[0] + 1j * x[1], fft_length),
    tolerance=1e-4,
    half=None,
)
row(
    "stft",
    case(_SIGNAL, 16, 8, 20),
    case(F(2, 40), 16, 8, 16, window="hamming", center=False),
    case(F(50), 10, 4, 16, window=None),
    oracle=_stft,
    tolerance=1e-3,
    half=None,
)
row(
    "istft", case(_SPECTRUM, 16, 8, 20), case(_SPECTRUM, 16, 8, 20, length=60), oracle=_istft, tolerance=1e-3, half=None
)
row(
    "extract_sequences",
    case(F(2, 9), 4, 2),
    case(F(7), 3, 3),
    oracle=lambda x, n, step: np.lib.stride_tricks.sliding_window_view(x, n, axis=-1)[..., ::step, :],
    dtypes=FLOATS,
    unknown=False,
)
row(
    "cdist",
    case(F(3, 2), F(4, 2)),
    case(F(2, 3, 2), F(2, 4, 2)),
    oracle=lambda x, y: np.linalg.norm(x[..., :, None, :] - y[..., None, :, :], axis=-1),
    gradient=True,
)
row("logdet", case(of("spd", 2, 3, 3)), oracle=lambda x: np.linalg.slogdet(x)[1], half=None)
row("view_as_complex", case(F(3, 2)), oracle=lambda x: x[..., 0] + 1j * x[..., 1], half=None)
row("view_as_real", case(of("complex", 3)), oracle=lambda x: np.stack([x.real, x.imag], -1), half=None)
