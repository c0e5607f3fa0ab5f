"""Jobs of a sweep on the nodes of a Ray cluster, all of which have to see the sweep's folder."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile

from hydra.core.hydra_config import HydraConfig
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, run_job, setup_globals
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from landscape_lab.files.writing import PREFIX

LOOKS, PAUSE = 50, 0.2
"""How often a node looks for a new file, and seconds between: a shared file system may show it late."""

Settings = Mapping[str, object]


def launch(
    context: HydraContext,
    task: TaskFunction,
    config: DictConfig,
    settings: Mapping[str, Settings],
    overrides: Sequence[Sequence[str]],
    first: int,
) -> list[JobReturn]:
    """Run jobs, as many at a time as the cluster has processors for, and wait for all.

    Args:
        context: Hydra's, which composes the jobs.
        task: What a job does.
        config: The sweep's configuration.
        settings: What `ray.init` and `ray.remote` take.
        overrides: Of each job.
        first: The number of the first job.

    Raises:
        ValueError: Ray is not installed, or a node does not see the sweep's folder.
    """
    try:
        import ray
    except ImportError as error:
        raise ValueError(
            "hydra/launcher=ray needs Ray: pip install 'landscape-lab[ray]' puts it there."
        ) from error
    if not ray.is_initialized():
        ray.init(**settings["init"])
    folder = Path(config.hydra.sweep.dir).absolute()  # a node has another current folder
    _check_seen(folder)
    job = ray.remote(**settings["remote"])(_run) if settings["remote"] else ray.remote(_run)
    waiting = []
    for number, chosen in enumerate(overrides, start=first):
        composed = context.config_loader.load_sweep_config(config, list(chosen))
        with open_dict(composed):
            composed.hydra.job.id, composed.hydra.job.num = f"job_{number}", number
            composed.hydra.sweep.dir = str(folder)
        waiting.append(job.remote(context, task, composed, Singleton.get_state()))
    return [ray.get(one) for one in waiting]


def _run(context: HydraContext, task: TaskFunction, config: DictConfig, state: object) -> JobReturn:
    """One job, on its node."""
    setup_globals()
    Singleton.set_state(state)
    HydraConfig.instance().set_config(config)
    return run_job(task, config, "hydra.sweep.dir", "hydra.sweep.subdir", context)


def _check_seen(folder: Path) -> None:
    """Raise `ValueError` where a node does not see what this machine writes into a folder."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = {node["NodeID"]: node["NodeManagerHostname"] for node in ray.nodes() if node["Alive"]}
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix=PREFIX) as file:
        probe = ray.remote(num_cpus=0)(_sees)
        asked = {
            node: probe.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False)).remote(
                file.name
            )
            for node in nodes
        }
        blind = [nodes[node] for node, answer in asked.items() if not ray.get(answer)]
    if blind:
        raise ValueError(
            f"The sweep's folder {folder} should be on a file system that all nodes of Ray's cluster share. "
            f"These do not see it: {', '.join(blind)}. Choose one with hydra.sweep.dir=…"
        )


def _sees(path: str) -> bool:
    """Whether a file is there, sooner or later."""
    for _ in range(LOOKS):
        if Path(path).is_file():
            return True
        time.sleep(PAUSE)
    return False
