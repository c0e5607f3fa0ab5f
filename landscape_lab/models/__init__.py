"""Networks, each told by its data what it has to know."""

from landscape_lab.models.building import build_model
from landscape_lab.models.feedforward import lenet, mlp, tanh_classifier
from landscape_lab.models.residual import ResNet
from landscape_lab.models.transformer import Transformer

__all__ = ["ResNet", "Transformer", "build_model", "lenet", "mlp", "tanh_classifier"]
