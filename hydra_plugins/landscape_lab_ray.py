"""The launcher `hydra/launcher=ray`: Hydra looks for plugins here, and `landscape_lab.sweeps` does the work.

It does what hydra-ray-launcher does on a cluster that is there, with Ray as its only requirement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf


@dataclass
class RaySettings:
    """What Ray is told.

    Args:
        init: What `ray.init` takes; `address` is a cluster's, null one that runs here or a new one.
        remote: What `ray.remote` takes, of every job: `num_cpus`, `num_gpus`, `resources`, ….
    """

    init: dict[str, Any] = field(
        default_factory=lambda: {"address": None, "logging_level": "WARNING", "log_to_driver": False}
    )
    remote: dict[str, Any] = field(default_factory=dict)


@dataclass
class RayLauncherSettings:
    """The keys of `hydra.launcher`."""

    _target_: str = "hydra_plugins.landscape_lab_ray.RayLauncher"
    ray: RaySettings = field(default_factory=RaySettings)


class RayLauncher(Launcher):
    """Jobs on a Ray cluster.

    Args:
        ray: What `ray.init` and `ray.remote` take.
    """

    def __init__(self, ray: DictConfig) -> None:
        self.ray = ray

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra gives."""
        self.context, self.task, self.config = hydra_context, task_function, config

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run the jobs."""
        from landscape_lab.sweeps.on_ray import launch

        settings = OmegaConf.to_container(self.ray, resolve=True)
        return launch(self.context, self.task, self.config, settings, job_overrides, initial_job_idx)


ConfigStore.instance().store(
    group="hydra/launcher", name="ray", node=RayLauncherSettings, provider="landscape_lab"
)
