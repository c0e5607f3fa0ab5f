"""`python -m landscape_lab`: one run, or with `-m` a sweep."""

import os
import sys
from contextlib import nullcontext
from typing import Any

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, open_dict

from landscape_lab.configuration import CONF, chosen_names, open_keys, register_catalogue
from landscape_lab.errors import one_line


@hydra.main(config_path=str(CONF), config_name="config", version_base="1.3")
def job(cfg: DictConfig) -> Any:
    """One run; a sweep gets its objective, or a tuple of several."""
    config = HydraConfig.get()
    alone = config.mode is RunMode.RUN
    with one_line() if alone else nullcontext():  # a sweep is given the error and goes on with its next job
        from landscape_lab.lab import descend, print_summary  # heavy: `--help` and `--cfg job` do without

        if not alone:
            with open_dict(cfg):
                cfg.callbacks.pop("progress", None)  # the sweep shows its own
        result = descend(cfg, chosen_names(config.runtime.choices, config.overrides.task, cfg))
        if alone:
            print_summary(result)
    if result.metrics["status"] == "failed" and alone:
        raise SystemExit(1)  # the line is written
    return result.objective


@one_line()
def main() -> None:
    """Let Hydra compose the configuration and run the job."""
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra would print a traceback and exit; we want the exception
    sys.argv[1:] = open_keys(sys.argv[1:])
    register_catalogue()
    job()


if __name__ == "__main__":
    main()
