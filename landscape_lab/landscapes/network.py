"""A network's weights as a landscape: any model, on any data, with any loss."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from landscape_lab.keys.landscapes import NETWORK
from landscape_lab.landscapes.base import Landscape
from landscape_lab.landscapes.networks.adopting import adopt, settled
from landscape_lab.landscapes.networks.batches import Batches
from landscape_lab.landscapes.networks.batchnorm import tracking_layers
from landscape_lab.landscapes.networks.carriers import Alone, Carrier, check_not_augmented
from landscape_lab.landscapes.networks.clean import Clean
from landscape_lab.landscapes.networks.draws import Draws
from landscape_lab.landscapes.networks.habits import check_fit, habits_of
from landscape_lab.landscapes.networks.initial import as_points, initial_weights
from landscape_lab.landscapes.networks.loading import batches_for, names_of, parts_of
from landscape_lab.landscapes.networks.losses import Measure
from landscape_lab.landscapes.networks.objective import BatchMeasure, Objective
from landscape_lab.landscapes.networks.stacked import carrier_of, state_of, with_members
from landscape_lab.landscapes.networks.trees import Batch
from landscape_lab.landscapes.networks.weights import Weights


@NETWORK.checks_class
class NetworkLandscape(Landscape):
    """Descend the loss of a network over its weights.

    The model itself is descended: its trainable parameters are the landscape's, in the order of
    `named_parameters()`, tied weights once. A step sees a minibatch, which is a pure function of
    (seed, step), as are dropout and random transforms: all evaluations of a step see the same, and
    a resumed run goes on to the bit. Modules stay in the mode in which they come. Running
    statistics of BatchNorm are updated by the first evaluation of a step only, so a line search
    does not count a minibatch twice.

    Args:
        model: Any module.
        data: `(inputs, targets)` as tensors or arrays, a Dataset, a DataLoader (whose data set,
            batch size, collate function, `drop_last` and order are kept), or a LightningDataModule.
        loss: `loss(prediction, target)`, a mean over samples, or the name of one: `cross_entropy`,
            `mean_squared_error`. By default cross-entropy for targets that are whole numbers, else
            the mean squared error.
        batch_loss: `batch_loss(model, batch)` instead, for batches of any structure.
        metrics: Functions like the loss by name, or names (`accuracy`, `threshold_accuracy`,
            `mean_squared_error`); accuracy by default where targets are classes.
        batch_size: Samples in a minibatch; `None`: every step sees all data, or what a DataLoader
            says.
        validation: More data, measured by the landscape `validation`; a data module brings its own.
        batchnorm: What `evaluate` does with BatchNorm: `frozen` takes its running statistics; `recalibrate`
            those of the training data at each point; `auto` too, but on random planes of the centre.
        samples: How many samples of the data are used, at random by the seed.
        seed: Of minibatches, dropout and transforms.
        dropout: Of several members: `exact`, each as it is alone, one after another; or
            `distribution`, all at once with other random numbers.

    Attributes:
        objective: The model and its loss, as a module.
        batches: The data.
        seeds: One for each member.

    Raises:
        ValueError: A parameter is out of range, or model, data and loss do not fit each other.

    >>> inputs = torch.tensor([[0.0], [1.0], [2.0]])
    >>> landscape = NetworkLandscape(nn.Linear(1, 1, bias=False), (inputs, 3 * inputs))
    >>> landscape.evaluate(torch.tensor([[3.0], [2.0]]))
    tensor([0.0000, 1.6667])
    """

    def __init__(
        self,
        model: nn.Module,
        data: object,
        loss: str | Measure | None = None,
        batch_loss: BatchMeasure | None = None,
        metrics: Mapping[str, Callable[..., Tensor]] | Sequence[str] | None = None,
        batch_size: int | None = None,
        validation: object = None,
        batchnorm: str = "auto",
        samples: int | None = None,
        seed: int = 0,
        dropout: str = "exact",
    ) -> None:
        super().__init__(stacked=False)
        Weights(model).check_finite()
        training, held_out = parts_of(data)
        held_out = held_out if validation is None else validation
        self.batchnorm, self.dropout = batchnorm, dropout
        self.batches = self.calibration = batches_for(model, training, batch_size, samples, seed)
        self.batches.names = names_of(data)
        self.held_out = None if held_out is None else batches_for(model, held_out, None, None, seed)
        self.objective = Objective.fitting(model, self.batches.whole(), loss, batch_loss, metrics)
        self.weights = Weights(self.objective)
        check_fit(self.objective, self.weights, self.batches)
        if self.held_out is not None:
            check_fit(self.objective.validating(), self.weights, self.held_out)
        self.habits = habits_of(self.objective, self.weights, self.batches.last())
        self.draws = Draws(self.batches, (seed,), self.habits.random)
        self.carrier: Carrier = Alone(self.objective)

    @classmethod
    def from_lightning(cls, module: nn.Module, loader: object = None, **more: object) -> "NetworkLandscape":
        """A LightningModule by its `training_step`; data held out are measured by its `validation_step`.

        Args:
            module: It stays as it is: a copy is descended. What its steps log are metrics.
            loader: A DataLoader or a LightningDataModule; `None`: the module's own loaders.
            more: As for the constructor, such as `loss` instead of `training_step`.

        Raises:
            ValueError: There are no data or no loss, or the module needs a Trainer.
        """
        return settled(cls(**adopt(module, loader, more)))  # type: ignore[arg-type]

    @property
    def model(self) -> nn.Module:
        """The model itself; of an ensemble, a copy whose parameters have a dimension of members in front."""
        return self.objective.model

    @property
    def stochastic(self) -> bool:
        """Whether a step has to be seen: its minibatch, its dropout, its one update of running statistics."""
        return self.batches.stochastic or any(self.habits) or self.carrier.augmented

    @property
    def sampled(self) -> bool:
        """Whether a step's loss is not that of all data in evaluation mode."""
        return self.stochastic

    @property
    def recalibrates(self) -> bool:
        """Whether a clean evaluation begins with a pass over the training data, for BatchNorm."""
        return self.batchnorm != "frozen" and bool(tracking_layers(self.objective))

    @property
    def carried_by(self) -> str:
        """How the members are evaluated, in words; `results.json` has it."""
        return self.carrier.name

    @property
    def validation(self) -> "NetworkLandscape | None":
        """The same weights on the data for validation."""
        return None if (own := self.held_out) is None else self._with(own, None, self.objective.validating())

    def on(self, data: object) -> "NetworkLandscape":
        """The same weights on other data of any kind; BatchNorm is still recalibrated on those of training.

        Raises:
            ValueError: The data do not fit the model and the loss.
        """
        batches = batches_for(self.model, data, None, None, self.draws.seeds[0])
        check_fit(self.objective, self.weights, batches)
        return self._with(batches)

    def with_members(
        self, points: Float[Tensor, "members dims"], seeds: Sequence[int] | None = None
    ) -> "NetworkLandscape":
        """The same landscape with one member at each point.

        Args:
            points: Initial weights of the members; `initial_weights` draws some.
            seeds: Of each member's minibatches and dropout: those that a single landscape of that
                seed sees. By default all members see what the present first one sees.
        """
        check_not_augmented(self.carrier)
        seeds = self.draws.seeds_of(len(points), seeds)
        objective = with_members(self.objective, self.weights, points)
        landscape = self._with(self.batches, seeds, objective)
        landscape.weights = weights = Weights(objective, len(points))
        landscape.members, landscape.stacked = len(points), len(points) > 1
        batch, random = self.batches.last(), self.habits.random
        landscape.carrier = carrier_of(objective, weights, batch, random, self.dropout)
        return landscape

    def initial_weights(self, seeds: Sequence[int]) -> Float[Tensor, "seeds dims"]:
        """New initial weights, as the layers of the model draw them under each seed.

        Raises:
            ValueError: No layer draws its weights anew.
        """
        one = with_members(self.objective, self.weights, self.flat()[:1])
        return as_points(initial_weights(one, seeds))

    def state_of(self, member: int = 0) -> dict[str, Tensor]:
        """A member's weights and buffers by the model's own names: what `model.load_state_dict` takes."""
        return state_of(self.model, self.weights, member)

    def named_parameters(self, *args: Any, **kwargs: Any) -> Iterator[tuple[str, nn.Parameter]]:
        """The trainable parameters only: frozen ones are no coordinates of the landscape."""
        named = super().named_parameters(*args, **kwargs)
        if not args and not kwargs:  # asked at each step, and the walk through the modules takes 30 µs
            named = ((f"objective.{name}", part) for name, part in self.weights.current().items())  # type: ignore[misc]
        return ((name, part) for name, part in named if part.requires_grad)

    def see(self, step: int | None) -> None:
        self.draws.see(step)

    def forward(self, batch: Batch | None = None) -> Float[Tensor, " members"]:
        first = self.draws.begin()
        self.objective.see(max(self.draws.step, 0))
        given, own = self.draws.batch() if batch is None else (batch, False)
        seeds = self.draws.model_seeds()
        if first or not self.habits.updates:
            return self.carrier(given, own, seeds)
        with self.weights.lend_buffers():
            return self.carrier(given, own, seeds)

    def backward(self) -> Float[Tensor, " members"]:
        self.weights.forget_gradients()
        with torch.enable_grad():
            losses = self()
            (losses if self.members == 1 else losses.sum()).backward()
        return losses.detach()

    def evaluate(self, points: Float[Tensor, "n dims"]) -> Float[Tensor, " n"]:
        return self.clean.measure(points, measured=False)["loss"]

    def measure(self, points: Float[Tensor, "n dims"]) -> dict[str, Float[Tensor, " n"]]:
        return self.clean.measure(points)

    def slice(
        self, origin: Float[Tensor, " dims"], directions: Float[Tensor, "2 dims"]
    ) -> Callable[[Float[Tensor, "n 2"]], dict[str, Tensor]]:
        return self.clean.slice(origin, directions)

    @property
    def clean(self) -> Clean:
        """The evaluation of whole data that leaves the model as it is."""
        calibration = self.calibration if self.recalibrates else None
        return Clean(self.objective, self.weights, self.batches, calibration)

    def _with(
        self, batches: Batches, seeds: tuple[int, ...] | None = None, objective: Objective | None = None
    ) -> "NetworkLandscape":
        """A copy that sees other data or draws of other seeds, or has another objective."""
        landscape = copy.copy(self)
        landscape._modules = dict(self._modules)  # a shallow copy of a module shares the table of its parts
        landscape.objective = self.objective if objective is None else objective
        landscape.batches = batches
        landscape.draws = Draws(batches, self.draws.seeds if seeds is None else seeds, self.habits.random)
        return landscape

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> nn.Module:
        self.draws.forget()
        self.carrier.forget()
        return super()._apply(fn, recurse)
