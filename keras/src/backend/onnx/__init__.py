"""Graphs of ONNX: an engine that computes nothing. Its tensors stand for values of a graph, its kernels add nodes.

It serves beside the running engine (`backend/door.py`), while a model is exported. See `graph.py` for how a graph is made.
"""
