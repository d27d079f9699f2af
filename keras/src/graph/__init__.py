"""Graphs of operations: `Operation`s record their calls on symbolic tensors as `Node`s, and a `Function` runs what was recorded."""
