"""Ops that no ONNX graph holds, with the reason."""

_COMPLEX = "ONNX graphs have no complex numbers"
_BITS = "ONNX does not look at the bits of numbers"
UNSUPPORTED = {
    **dict.fromkeys(("polar", "view_as_complex", "view_as_real"), _COMPLEX),
    "eig": "eigenvalues of matrices that are not symmetric are complex",
    "elastic_transform": "graphs draw no random numbers",
    **dict.fromkeys(("nextafter", "view"), _BITS),
}
