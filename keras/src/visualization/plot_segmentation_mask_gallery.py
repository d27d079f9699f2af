"""`plot_segmentation_mask_gallery`: pictures beside themselves under the colours of masks."""

from keras.src.api_export import keras_export
from keras.src.visualization.draw_segmentation_masks import draw_segmentation_masks
from keras.src.visualization.pictures import pictures_of
from keras.src.visualization.plot_image_gallery import plot_image_gallery


@keras_export("keras.visualization.plot_segmentation_mask_gallery")
def plot_segmentation_mask_gallery(
    images,
    num_classes,
    value_range=(0, 255),
    y_true=None,
    y_pred=None,
    color_mapping=None,
    blend=True,
    alpha=0.8,
    ignore_index=-1,
    data_format=None,
    **kwargs,
):
    """Shows each image in a row, and beside it with its true and its predicted mask.

    Args:
        images: Batch of images, of shape `(images, height, width, channels)` or `(images, channels, height, width)`;
            or a list of images, whose sizes may differ.
        num_classes: Number of classes.
        value_range: The values of the images for black and for white.
        y_true: True masks of the images' sizes: the class of each pixel.
        y_pred: Predicted masks, likewise.
        color_mapping: Dict from classes to colours (red, green and blue from 0 to 255).
        blend: Whether the image is seen through the colours.
        alpha: How much of the colours is seen, from 0 to 1.
        ignore_index: Class that is not drawn.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        **kwargs: Given to `keras.visualization.plot_image_gallery`, such as `path`, `show`, `scale`, `dpi`.

    Raises:
        ImportError: Matplotlib is not installed.
        ValueError: Images and masks do not fit.

    Example:

    >>> images = np.zeros((2, 64, 64, 3), "uint8")
    >>> masks = np.zeros((2, 64, 64, 1), "int32")
    >>> masks[:, 16:48, 16:48] = 1
    >>> keras.visualization.plot_segmentation_mask_gallery(images, num_classes=2, y_true=masks, path="gallery.png")
    """
    pictures = pictures_of(images, data_format, value_range)
    columns = [pictures]
    for masks in (y_true, y_pred):
        if masks is not None:
            columns.append(
                draw_segmentation_masks(
                    pictures,
                    masks,
                    num_classes=num_classes,
                    color_mapping=color_mapping,
                    alpha=alpha,
                    blend=blend,
                    ignore_index=ignore_index,
                    data_format="channels_last",
                )
            )
    shown = [picture for row in zip(*columns) for picture in row]
    plot_image_gallery(shown, rows=len(pictures), cols=len(columns), data_format="channels_last", **kwargs)
