"""`python -m landscape_lab`: one run, or with `-m` a sweep."""

import os
import sys
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig

from landscape_lab.configuration import CONF, chosen_names, open_keys, register_catalogue
from landscape_lab.errors import one_line
from landscape_lab.sweeps.resume import resumed


@hydra.main(config_path=str(CONF), config_name="config", version_base="1.3")
def job(cfg: DictConfig) -> Any:
    """One run; a sweep gets its objective, or a tuple of several."""
    config = HydraConfig.get()
    names = chosen_names(config.runtime.choices, config.overrides.task, cfg)
    if config.mode is RunMode.MULTIRUN:
        from landscape_lab.sweeps.jobs import attempt, begin_process  # heavy: `--help` and `--cfg job` do without

        begin_process(config.launcher, study="study" in cfg.sweep)
        return attempt(cfg, names, config.overrides.task)
    from landscape_lab.lab import descend, print_summary

    with one_line():
        result = descend(cfg, names)
    print_summary(result)
    if result.metrics["status"] == "failed":
        raise SystemExit(1)  # the line is written
    return result.objective


@one_line()
def main() -> None:
    """Let Hydra compose the configuration and run the job."""
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra would print a traceback and exit; we want the exception
    sys.argv[1:] = resumed(open_keys(sys.argv[1:]))
    register_catalogue()
    job()


if __name__ == "__main__":
    main()
