"""Layers."""

# ruff: noqa: F401
from keras.src.layers.activations.activation import ELU, Activation, LeakyReLU, PReLU, ReLU, Softmax
from keras.src.layers.attention.additive_attention import AdditiveAttention
from keras.src.layers.attention.attention import Attention
from keras.src.layers.attention.grouped_query_attention import GroupedQueryAttention
from keras.src.layers.attention.grouped_query_attention import GroupedQueryAttention as GroupQueryAttention
from keras.src.layers.attention.multi_head_attention import MultiHeadAttention
from keras.src.layers.convolutional.conv import Conv1D, Conv2D, Conv3D
from keras.src.layers.convolutional.conv_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose
from keras.src.layers.convolutional.depthwise_conv import DepthwiseConv1D, DepthwiseConv2D
from keras.src.layers.convolutional.separable_conv import SeparableConv1D, SeparableConv2D
from keras.src.layers.core.dense import Dense
from keras.src.layers.core.einsum_dense import EinsumDense
from keras.src.layers.core.embedding import Embedding
from keras.src.layers.core.identity import Identity
from keras.src.layers.core.input_layer import Input, InputLayer
from keras.src.layers.core.lambda_layer import Lambda
from keras.src.layers.core.masking import Masking
from keras.src.layers.core.reversible_embedding import ReversibleEmbedding
from keras.src.layers.core.wrapper import Wrapper
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.layers.merging.merge import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)
from keras.src.layers.normalization.batch_normalization import BatchNormalization
from keras.src.layers.normalization.group_normalization import GroupNormalization
from keras.src.layers.normalization.layer_normalization import LayerNormalization
from keras.src.layers.normalization.rms_normalization import RMSNormalization
from keras.src.layers.normalization.spectral_normalization import SpectralNormalization
from keras.src.layers.normalization.unit_normalization import UnitNormalization
from keras.src.layers.pooling.adaptive_average_pooling import (
    AdaptiveAveragePooling1D,
    AdaptiveAveragePooling2D,
    AdaptiveAveragePooling3D,
)
from keras.src.layers.pooling.adaptive_max_pooling import (
    AdaptiveMaxPooling1D,
    AdaptiveMaxPooling2D,
    AdaptiveMaxPooling3D,
)
from keras.src.layers.pooling.average_pooling import AveragePooling1D, AveragePooling2D, AveragePooling3D
from keras.src.layers.pooling.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAveragePooling3D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    GlobalMaxPooling3D,
)
from keras.src.layers.pooling.max_pooling import MaxPooling1D, MaxPooling2D, MaxPooling3D
from keras.src.layers.preprocessing.category_encoding import CategoryEncoding
from keras.src.layers.preprocessing.discretization import Discretization
from keras.src.layers.preprocessing.hashed_crossing import HashedCrossing
from keras.src.layers.preprocessing.hashing import Hashing
from keras.src.layers.preprocessing.image_preprocessing.aug_mix import AugMix
from keras.src.layers.preprocessing.image_preprocessing.auto_contrast import AutoContrast
from keras.src.layers.preprocessing.image_preprocessing.center_crop import CenterCrop
from keras.src.layers.preprocessing.image_preprocessing.contrast_limited_adaptive_histogram_equalization import (
    ContrastLimitedAdaptiveHistogramEqualization,
)
from keras.src.layers.preprocessing.image_preprocessing.cut_mix import CutMix
from keras.src.layers.preprocessing.image_preprocessing.equalization import Equalization
from keras.src.layers.preprocessing.image_preprocessing.max_num_bounding_boxes import MaxNumBoundingBoxes
from keras.src.layers.preprocessing.image_preprocessing.mix_up import MixUp
from keras.src.layers.preprocessing.image_preprocessing.rand_augment import RandAugment
from keras.src.layers.preprocessing.image_preprocessing.random_brightness import RandomBrightness
from keras.src.layers.preprocessing.image_preprocessing.random_color_degeneration import RandomColorDegeneration
from keras.src.layers.preprocessing.image_preprocessing.random_color_jitter import RandomColorJitter
from keras.src.layers.preprocessing.image_preprocessing.random_contrast import RandomContrast
from keras.src.layers.preprocessing.image_preprocessing.random_crop import RandomCrop
from keras.src.layers.preprocessing.image_preprocessing.random_elastic_transform import RandomElasticTransform
from keras.src.layers.preprocessing.image_preprocessing.random_erasing import RandomErasing
from keras.src.layers.preprocessing.image_preprocessing.random_flip import RandomFlip
from keras.src.layers.preprocessing.image_preprocessing.random_gaussian_blur import RandomGaussianBlur
from keras.src.layers.preprocessing.image_preprocessing.random_grayscale import RandomGrayscale
from keras.src.layers.preprocessing.image_preprocessing.random_hue import RandomHue
from keras.src.layers.preprocessing.image_preprocessing.random_invert import RandomInvert
from keras.src.layers.preprocessing.image_preprocessing.random_perspective import RandomPerspective
from keras.src.layers.preprocessing.image_preprocessing.random_posterization import RandomPosterization
from keras.src.layers.preprocessing.image_preprocessing.random_rotation import RandomRotation
from keras.src.layers.preprocessing.image_preprocessing.random_saturation import RandomSaturation
from keras.src.layers.preprocessing.image_preprocessing.random_sharpness import RandomSharpness
from keras.src.layers.preprocessing.image_preprocessing.random_shear import RandomShear
from keras.src.layers.preprocessing.image_preprocessing.random_translation import RandomTranslation
from keras.src.layers.preprocessing.image_preprocessing.random_zoom import RandomZoom
from keras.src.layers.preprocessing.image_preprocessing.resizing import Resizing
from keras.src.layers.preprocessing.image_preprocessing.solarization import Solarization
from keras.src.layers.preprocessing.integer_lookup import IntegerLookup
from keras.src.layers.preprocessing.mel_spectrogram import MelSpectrogram
from keras.src.layers.preprocessing.normalization import Normalization
from keras.src.layers.preprocessing.pipeline import Pipeline
from keras.src.layers.preprocessing.rescaling import Rescaling
from keras.src.layers.preprocessing.stft_spectrogram import STFTSpectrogram
from keras.src.layers.preprocessing.string_lookup import StringLookup
from keras.src.layers.preprocessing.text_vectorization import TextVectorization
from keras.src.layers.regularization.activity_regularization import ActivityRegularization
from keras.src.layers.regularization.alpha_dropout import AlphaDropout
from keras.src.layers.regularization.dropout import Dropout
from keras.src.layers.regularization.gaussian_dropout import GaussianDropout
from keras.src.layers.regularization.gaussian_noise import GaussianNoise
from keras.src.layers.regularization.spatial_dropout import SpatialDropout1D, SpatialDropout2D, SpatialDropout3D
from keras.src.layers.reshaping.cropping import Cropping1D, Cropping2D, Cropping3D
from keras.src.layers.reshaping.flatten import Flatten
from keras.src.layers.reshaping.permute import Permute
from keras.src.layers.reshaping.repeat_vector import RepeatVector
from keras.src.layers.reshaping.reshape import Reshape
from keras.src.layers.reshaping.up_sampling import UpSampling1D, UpSampling2D, UpSampling3D
from keras.src.layers.reshaping.zero_padding import ZeroPadding1D, ZeroPadding2D, ZeroPadding3D
from keras.src.layers.rnn.bidirectional import Bidirectional
from keras.src.layers.rnn.conv_lstm import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from keras.src.layers.rnn.gru import GRU, GRUCell
from keras.src.layers.rnn.lstm import LSTM, LSTMCell
from keras.src.layers.rnn.rnn import RNN
from keras.src.layers.rnn.simple_rnn import SimpleRNN, SimpleRNNCell
from keras.src.layers.rnn.stacked_rnn_cells import StackedRNNCells
from keras.src.layers.rnn.time_distributed import TimeDistributed
from keras.src.layers.wrapping.flax_layer import FlaxLayer
from keras.src.layers.wrapping.jax_layer import JaxLayer
from keras.src.layers.wrapping.tfsm_layer import TFSMLayer
from keras.src.layers.wrapping.torch_module_wrapper import TorchModuleWrapper
