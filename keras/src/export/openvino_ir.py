"""The format `openvino`: OpenVINO's own description of a graph, made from that of ONNX."""

import io
import os

from keras.src.export.onnx_file import NEWEST, traced
from keras.src.export.writer import Writer as Base
from keras.src.utils.module_utils import LazyModule

openvino = LazyModule("openvino")


class Writer(Base):
    """Writes an `.xml` file with the graph, and its weights in a `.bin` file of the same name."""

    name = "openvino"
    ending = ".xml"
    packages = {"openvino": "openvino", "onnx": "onnx"}
    options = ("compress_to_fp16",)

    def loading(self, contents):
        return "openvino.Core().compile_model({path})"

    def write(self, contents, path):
        (endpoint,) = contents.endpoints.values()
        # What OpenVINO takes from float32 to float16 by default stays as it is here.
        narrow = self.chosen.get("compress_to_fp16", False)
        # OpenVINO would keep the weights of products of integers in 32 bits.
        graph = traced(endpoint, contents, NEWEST, multiplies_bytes=False)
        # `convert_model` simplifies the graph, and writes weights of few bits as floats then.
        read = openvino.Core().read_model if graph.has_narrow_weights() else openvino.convert_model
        model = read(io.BytesIO(graph.content()))
        with self.made_with_weights(path, self.place.removesuffix(".xml") + ".bin") as folder:
            made = os.path.join(folder, "made.xml")
            openvino.save_model(model, made, compress_to_fp16=narrow)
            os.replace(made, os.path.join(folder, "model"))
            os.replace(made.removesuffix(".xml") + ".bin", os.path.join(folder, "weights"))
