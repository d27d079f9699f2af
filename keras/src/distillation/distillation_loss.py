"""What tells how far the student is from its teacher."""

from keras.src import losses, ops, tree
from keras.src.api_export import keras_export
from keras.src.losses.loss import Loss
from keras.src.saving import serialization_lib


@keras_export("keras.distillation.DistillationLoss")
class DistillationLoss:
    """Base of the losses between a teacher and a student: override `compute_loss`.

    A loss that is saved with its `keras.distillation.Distiller` needs `get_config` too.

    Example:

    >>> class Distance(keras.distillation.DistillationLoss):
    ...     def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
    ...         return keras.ops.mean(keras.ops.abs(teacher_outputs - student_outputs))
    >>> loss = Distance().compute_loss(keras.ops.ones((2, 3)), keras.ops.zeros((2, 3)))
    >>> float(loss)
    1.0
    """

    def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        """The distance between what the two models give.

        Args:
            teacher_outputs: Tensor or structure of tensors of the teacher.
            student_outputs: The same of the student.
            **kwargs: For subclasses.

        Returns:
            Scalar tensor.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement `compute_loss`.")

    def validate_outputs(self, teacher_outputs, student_outputs):
        """Raises a `ValueError` where the outputs of the two models have other structures.

        Args:
            teacher_outputs: Tensor or structure of tensors of the teacher.
            student_outputs: The same of the student.
        """
        _check_same_structure(teacher_outputs, student_outputs, "outputs of the student", "the teacher's")

    def validate_model_compatibility(self, teacher, student):
        """Raises a `ValueError` where the loss cannot be computed between two models; to be overridden.

        Args:
            teacher: The model that is learned from.
            student: The model that learns.
        """

    @classmethod
    def from_config(cls, config):
        """Makes a loss of what `get_config` gave.

        Args:
            config: Dict.
        """
        return cls(**config)


class _LossOfOutputs(DistillationLoss):
    """A loss, or one for each output, between the outputs of two models."""

    def __init__(self, loss):
        self.loss = tree.map_structure(_checked_loss, loss)
        if all(x is None for x in tree.flatten(self.loss)):
            raise ValueError(f"`loss` of {type(self).__name__} must hold a loss that is not None. Received: {loss}")

    def validate_outputs(self, teacher_outputs, student_outputs):
        super().validate_outputs(teacher_outputs, student_outputs)
        if tree.is_nested(self.loss):
            _check_same_structure(self.loss, student_outputs, "outputs of the models", "that of `loss`")

    def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        """The mean of the loss; for several outputs, the sum of these.

        Args:
            teacher_outputs: Tensor or structure of tensors of the teacher.
            student_outputs: The same of the student.
            **kwargs: Not used.

        Returns:
            Scalar tensor.
        """
        self.validate_outputs(teacher_outputs, student_outputs)
        pairs = list(zip(tree.flatten(teacher_outputs), tree.flatten(student_outputs)))
        functions = tree.flatten(self.loss) if tree.is_nested(self.loss) else [self.loss] * len(pairs)
        found = [
            ops.mean(function(self._prepared(of_teacher), self._prepared(of_student)))
            for function, (of_teacher, of_student) in zip(functions, pairs)
            if function is not None
        ]
        return sum(found[1:], start=found[0])

    def _prepared(self, output):
        return output

    def get_config(self):
        """The arguments of the constructor as a serializable dict."""
        return {"loss": tree.map_structure(serialization_lib.serialize_keras_object, self.loss)}

    @classmethod
    def from_config(cls, config):
        """Makes a loss of what `get_config` gave.

        Args:
            config: Dict.
        """
        loss = serialization_lib.deserialize_keras_object(config["loss"])
        return cls(**{**config, "loss": loss})


@keras_export("keras.distillation.LogitsDistillation")
class LogitsDistillation(_LossOfOutputs):
    """Loss between the final outputs of the two models, after these were divided by a temperature.

    The outputs go into the loss as they are after that; there is no softmax.

    Args:
        temperature: Positive number that the outputs are divided by.
        loss: Loss, name or function of one, or a structure of them like that of the outputs, in which `None` stands
            for outputs that are left out.

    Example:

    >>> loss = keras.distillation.LogitsDistillation(temperature=2.0, loss="mse")
    >>> float(loss.compute_loss(keras.ops.array([[4.0, 0.0]]), keras.ops.array([[0.0, 0.0]])))
    2.0
    """

    def __init__(self, temperature=3.0, loss="kl_divergence"):
        if isinstance(temperature, bool) or not isinstance(temperature, (int, float)):
            raise ValueError(f"`temperature` must be a number. Received: {temperature!r} of {type(temperature)}")
        if temperature <= 0:
            raise ValueError(f"`temperature` must be positive. Received: temperature={temperature}")
        super().__init__(loss)
        self.temperature = temperature

    def _prepared(self, output):
        return ops.divide(output, self.temperature)

    def get_config(self):
        return {"temperature": self.temperature, **super().get_config()}


@keras_export("keras.distillation.FeatureDistillation")
class FeatureDistillation(_LossOfOutputs):
    """Loss between what a layer of the teacher and a layer of the student give.

    Both must have one shape; layers of a shape of their own need another layer behind them.

    Args:
        loss: Loss, name or function of one, or a structure of them like that of the outputs.
        teacher_layer_name: Name of a layer of the teacher; `None` for the final outputs. A model with a layer that is
            named here must be Functional or Sequential.
        student_layer_name: Name of a layer of the student, likewise.

    Example:

    >>> loss = keras.distillation.FeatureDistillation("mse", teacher_layer_name="wide", student_layer_name="narrow")
    >>> float(loss.compute_loss(keras.ops.array([[3.0, 0.0]]), keras.ops.array([[1.0, 0.0]])))
    2.0
    """

    def __init__(self, loss="mse", teacher_layer_name=None, student_layer_name=None):
        super().__init__(loss)
        self.teacher_layer_name = teacher_layer_name
        self.student_layer_name = student_layer_name

    def validate_model_compatibility(self, teacher, student):
        """Raises a `ValueError` where a model has no layer of the name, or its layers cannot be looked into.

        Args:
            teacher: The model that is learned from.
            student: The model that learns.
        """
        for role, model, name in (
            ("teacher", teacher, self.teacher_layer_name),
            ("student", student, self.student_layer_name),
        ):
            if name is None:
                continue
            try:
                layer = model.get_layer(name=name)
            except ValueError as error:
                raise ValueError(f"In {role} model: {error}") from error
            if not layer._inbound_nodes or not getattr(model, "inputs", None):
                raise ValueError(
                    "FeatureDistillation with names of layers needs Functional or built Sequential models. The "
                    f"{role} {model.name!r} is neither: leave the names out to compare final outputs."
                )

    def get_config(self):
        return {
            **super().get_config(),
            "teacher_layer_name": self.teacher_layer_name,
            "student_layer_name": self.student_layer_name,
        }


def _checked_loss(loss):
    if loss is None or isinstance(loss, Loss):
        return loss
    found = losses.get(loss)
    if not callable(found):
        raise ValueError(f"`loss` must be a loss, or the name or a function of one. Received: {loss!r}")
    return found


def _check_same_structure(expected, received, what, whose):
    try:
        tree.assert_same_structure(_plain(expected), _plain(received))
    except (ValueError, TypeError) as error:
        raise ValueError(f"The structure of the {what} must be {whose}. {error}") from error


def _plain(structure):
    """A structure with a number in the place of each leaf, and lists for tuples: only the form counts."""
    if isinstance(structure, dict):
        return {key: _plain(x) for key, x in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [_plain(x) for x in structure]
    return 0
