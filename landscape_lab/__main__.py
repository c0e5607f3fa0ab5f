"""`python -m landscape_lab`: one run, or with `-m` a sweep."""

import os
import sys

import hydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from landscape_lab.configuration import CONF, chosen_names, open_keys
from landscape_lab.errors import explain


@hydra.main(config_path=str(CONF), config_name="config", version_base="1.3")
def job(cfg: DictConfig) -> float | None:
    """One run; a sweep gets its objective."""
    from landscape_lab.lab import descend, print_summary  # heavy: `--help` and `--cfg job` do without

    config = HydraConfig.get()
    result = descend(cfg, chosen_names(config.runtime.choices, config.overrides.task, cfg))
    print_summary(result)
    return result.metrics[cfg.objective]


def main() -> None:
    """Run the job; an error is one line on standard error, with HYDRA_FULL_ERROR=1 its traceback too."""
    full = os.environ.get("HYDRA_FULL_ERROR", "0") not in ("", "0")
    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra would print and exit; we want the exception
    sys.argv[1:] = open_keys(sys.argv[1:])
    try:
        job()
    except Exception as error:
        if full:
            raise
        sys.stderr.write(f"landscape_lab: {explain(error)}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
