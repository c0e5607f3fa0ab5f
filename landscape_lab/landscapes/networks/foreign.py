"""A LightningModule as a model and its loss. It is known by its methods: nothing of Lightning is needed."""

import inspect
import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from landscape_lab.landscapes.networks.loading import has_own
from landscape_lab.landscapes.networks.trees import Batch

TRANSFERS = ("on_before_batch_transfer", "transfer_batch_to_device", "on_after_batch_transfer")
"""The hooks through which each batch goes, in their order."""
OF_A_SET = re.compile(r"^(train|training|val|valid|validation|test)[_/ ]|[_/ ](train|val|valid|test)$")
"""What of a logged name says on which data it was measured."""


class Silence:
    """In place of a logger: whatever is asked of it is there, and does nothing."""

    def __getattr__(self, name: str) -> "Silence":
        if name.startswith("__"):  # what Python itself looks for, as when it copies
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> "Silence":
        return self


class StandIn:
    """What a module finds in place of its Trainer: how far a descent is; all else is refused by its name.

    Attributes:
        global_step: The step, counted from 0; of whole data, the last that was seen.
        current_epoch: Its epoch.
        batch_idx: Its number in the epoch.
        num_training_batches: Steps in an epoch.
        max_steps: How many there will be, `max_epochs` in epochs; known to `configure_optimizers` only.
    """

    logger, loggers = Silence(), ()
    training, sanity_checking, validating, testing = True, False, False, False
    is_global_zero, world_size, global_rank, local_rank, num_devices, num_nodes = True, 1, 0, 0, 1, 1
    accumulate_grad_batches = 1
    gradient_clip_val = gradient_clip_algorithm = None

    datamodule: object = None

    def __init__(self) -> None:
        self.global_step = self.current_epoch = self.batch_idx = 0
        self.num_training_batches = 1

    def __getattr__(self, name: str) -> object:
        raise AttributeError(f"it asks its Trainer for `{name}`, and a landscape has no Trainer")

    def see(self, step: int) -> None:
        """Move to a step."""
        self.global_step = step
        self.current_epoch, self.batch_idx = divmod(step, self.num_training_batches)

    def end_at(self, steps: int) -> None:
        """Tell how long the descent will be."""
        self.max_steps = self.estimated_stepping_batches = steps
        self.max_epochs = -(-steps // self.num_training_batches)

    @property
    def precision_plugin(self) -> "StandIn":
        """Whom Lightning's `clip_gradients` asks."""
        return self

    @staticmethod
    def clip_gradients(optimizer: Optimizer, clip_val: float, gradient_clip_algorithm: str = "norm") -> None:
        """Clip the gradients of an optimizer's parameters by their common norm, or each by its value."""
        if clip_val <= 0:
            return
        parameters = [part for group in optimizer.param_groups for part in group["params"]]
        by_value = "value" in str(gradient_clip_algorithm).lower()
        clip = nn.utils.clip_grad_value_ if by_value else nn.utils.clip_grad_norm_
        clip(parameters, clip_val)


class ModuleStep:
    """`training_step` or `validation_step` as `batch_loss(model, batch)`.

    The module logs into this object. What a call leaves behind in lists and torchmetrics of the
    module is taken away again, as the end of the epoch, which would use it, never comes.

    Args:
        module: Whose step; it is given at each call, as copies of it are asked, too.
        name: Of the step.
        trainer: In place of the Trainer.
        otherwise: Who is asked for the loss if this step neither returns nor logs one.

    Attributes:
        validation: Who is asked instead on data held out, if there is somebody.
        logged: What the last call logged, without `train_` or `val_`; `acc` is called `accuracy`.
        names: The metrics among what the first call logged.
    """

    def __init__(
        self, module: nn.Module, name: str, trainer: StandIn, otherwise: "ModuleStep | None" = None
    ) -> None:
        self.name = name
        self.trainer = trainer
        self.otherwise = otherwise
        self.arguments = _count_arguments(getattr(module, name))
        self.transfers = [hook for hook in TRANSFERS if has_own(module, hook)]
        self.begins = name == "training_step" and has_own(module, "on_train_batch_start")
        self.validation: ModuleStep | None = None
        self.logged: dict[str, Tensor] = {}
        self.names: tuple[str, ...] | None = None
        self.gatherers: tuple[nn.Module, list[nn.Module]] | None = None

    @property
    def metrics(self) -> dict[str, "Logged"]:
        """What is logged beside the loss, as metrics of an objective."""
        return {name: Logged(self, name) for name in self.names or ()}

    def see(self, step: int) -> None:
        """Tell the module at which step it is asked."""
        self.trainer.see(step)

    def __call__(self, model: nn.Module, batch: Batch) -> Tensor:
        lend(model, self.trainer, self)
        self.logged.clear()
        lists = [(part, len(part)) for part in vars(model).values() if isinstance(part, list)]
        try:
            answer = self._ask(model, batch)
        except Exception as error:
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            raise ValueError(
                f"`{self.name}` of {type(model).__name__} cannot be asked for a loss: {reason}."
            ) from error
        finally:
            self._tidy(model, lists)
        if self.names is None:
            self.names = tuple(name for name in self.logged if "loss" not in name)
        return self._loss_of(answer, model, batch)

    def log(self, name: str, value: object, *_: object, **__: object) -> None:
        """In place of the module's `log`."""
        if hasattr(value, "compute"):  # of torchmetrics: its value on this batch
            batch_value = getattr(value, "_forward_cache", None)
            value = value.compute() if batch_value is None else batch_value
        if isinstance(value, Tensor | int | float):
            self.logged[plain_name(name)] = torch.as_tensor(value).detach()

    def log_dict(self, values: Mapping[str, object], *_: object, **__: object) -> None:
        """In place of the module's `log_dict`."""
        for name, value in values.items():
            self.log(name, value)

    def _ask(self, model: nn.Module, batch: Batch) -> object:
        """What the module's own step returns."""
        for hook in self.transfers:
            device = [next(model.parameters()).device] if hook == "transfer_batch_to_device" else []
            batch = getattr(model, hook)(batch, *device, 0)
        number = self.trainer.batch_idx
        if self.begins and model.training and model.on_train_batch_start(batch, number) == -1:  # type: ignore[operator]
            raise ValueError("on_train_batch_start asks to skip the epoch, which a landscape cannot")
        return getattr(model, self.name)(*(batch, number, 0)[: self.arguments])

    def _loss_of(self, answer: object, model: nn.Module, batch: Batch) -> Tensor:
        """The loss in what a step returned, or at validation in what it logged."""
        loss = answer.get("loss") if isinstance(answer, Mapping) else answer
        if isinstance(loss, Tensor):
            return loss
        if self.otherwise is not None:
            logged = [name for name in sorted(self.logged, key=len) if "loss" in name]
            return self.logged[logged[0]] if logged else self.otherwise(model, batch)
        raise ValueError(
            f"`{self.name}` of {type(model).__name__} should return the loss, or a dictionary with `loss`. "
            f"Found {_described(answer)}."
        )

    def _tidy(self, model: nn.Module, lists: list[tuple[list, int]]) -> None:
        """Shorten the module's lists to what they were, and let its torchmetrics begin anew."""
        for part, length in lists:
            del part[length:]
        for gatherer in self._gatherers_of(model):
            gatherer.reset()  # type: ignore[operator]

    def _gatherers_of(self, model: nn.Module) -> list[nn.Module]:
        """The torchmetrics of a module, which gather numbers; looked for once, as the walk takes a while."""
        if self.gatherers is None or self.gatherers[0] is not model:
            self.gatherers = model, [part for part in model.modules() if _gathers(part)]
        return self.gatherers[1]


class Logged:
    """A metric that a step logs; it is read right after the loss of the same batch.

    Args:
        step: Who logs it.
        name: Under which name.
    """

    def __init__(self, step: ModuleStep, name: str) -> None:
        self.step = step
        self.name = name

    def __call__(self, model: nn.Module, batch: Batch) -> Tensor:
        """Its value, NaN where this batch logged none."""
        return self.step.logged.get(self.name, torch.tensor(torch.nan))


def lend(module: nn.Module, trainer: StandIn, log: ModuleStep | None = None) -> None:
    """Let a copy of a user's module find a stand-in for its Trainer, and log into a step, or nowhere."""
    own = vars(module)  # Lightning's properties would ask whether it is a Trainer
    if own.get("_trainer") is not trainer:  # a copy has none
        for part in module.modules():
            if hasattr(part, "log_dict"):
                vars(part).update(_trainer=trainer, log=Silence(), log_dict=Silence(), print=Silence())
    if log is not None:
        own["log"], own["log_dict"] = log.log, log.log_dict


def plain_name(name: str) -> str:
    """A logged name without the data on which it was measured.

    >>> plain_name("val_acc"), plain_name("loss/train"), plain_name("Top 5")
    ('accuracy', 'loss', 'top_5')
    """
    name = re.sub(r"\W+", "_", OF_A_SET.sub("", name.lower()))
    return {"acc": "accuracy"}.get(name, name)


def _count_arguments(step: object) -> int:
    """How many of `batch, batch_idx, dataloader_idx` a step takes."""
    known = inspect.signature(step).parameters.values()  # type: ignore[arg-type] # a bound method
    if any(one.kind is one.VAR_POSITIONAL for one in known):
        return 2
    named = ("batch_idx", "dataloader_idx")
    return sum(
        one.default is one.empty or one.name in named for one in known if one.kind is not one.VAR_KEYWORD
    )


def _described(answer: object) -> str:
    """What a step returned, in words."""
    if isinstance(answer, Mapping):
        return f"a dictionary of {', '.join(map(str, answer))}"
    return "None" if answer is None else f"a {type(answer).__name__}"


def _gathers(part: nn.Module) -> bool:
    """Whether a part of a module gathers numbers until somebody asks for their mean."""
    return all(callable(getattr(part, name, None)) for name in ("update", "compute", "reset"))
