"""Operations that an OpenVINO graph cannot hold, and why.

They work on arrays; a model that contains one is run by the NumPy kernels instead of a compiled graph.
"""

_NO_COMPLEX = "the runtime has no complex tensors"
_NO_OPERATION = "the runtime has no such operation"
_NO_FACTORS = "the runtime has no factorisations of matrices, only the inverse"
_BY_VALUE = "the shape of the result, or what is done, depends on values"

NOT_IN_GRAPH = {
    "real": _NO_COMPLEX,
    "imag": _NO_COMPLEX,
    "conjugate": _NO_COMPLEX,
    "angle": _NO_COMPLEX,
    "polar": _NO_COMPLEX,
    "view_as_complex": _NO_COMPLEX,
    "view_as_real": _NO_COMPLEX,
    "i0": _NO_OPERATION,
    "erfinv": _NO_OPERATION,
    "nextafter": _NO_OPERATION,
    "gcd": _NO_OPERATION,
    "lcm": _NO_OPERATION,
    "slogdet": _NO_FACTORS,
    "logdet": _NO_FACTORS,
    "det": _NO_FACTORS,
    "cholesky": _NO_FACTORS,
    "eigh": _NO_FACTORS,
    "lu_factor": _NO_FACTORS,
    "qr": _NO_FACTORS,
    "svd": _NO_FACTORS,
    "pinv": _NO_FACTORS,
    "lstsq": _NO_FACTORS,
    "matrix_rank": _NO_FACTORS,
    "view": _NO_OPERATION,
    "nanquantile": _BY_VALUE,
    "nanpercentile": _BY_VALUE,
    "nanmedian": _BY_VALUE,
    "histogram": _BY_VALUE,
    "ctc_loss": _BY_VALUE,
}
