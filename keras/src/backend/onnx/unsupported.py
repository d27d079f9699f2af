"""Ops that no ONNX graph holds, with the reason."""

UNSUPPORTED = {}
