"""`ColorLayer`: the base of layers that change the colours of images, and nothing that comes along."""

from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)


class ColorLayer(BaseImagePreprocessingLayer):
    """Labels, bounding boxes and segmentation masks stay as they are."""

    def transform_labels(self, labels, transformation, training=True):
        return labels

    def transform_bounding_boxes(self, bounding_boxes, transformation, training=True):
        return bounding_boxes

    def transform_segmentation_masks(self, segmentation_masks, transformation, training=True):
        return segmentation_masks
