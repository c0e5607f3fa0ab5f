"""What the entries of a race's protocol stand for: names, overrides, labels."""

import re
import shlex

import yaml

from landscape_lab.configuration.composed import CONF, open_keys
from landscape_lab.dotted_paths import locate
from landscape_lab.runs import FAST_LOADER


def name_of(optimizer: str) -> str:
    """What an optimizer is called: its class, where it is given by a dotted path.

    >>> name_of("my_module.MyOptimizer"), name_of("adam")
    ('MyOptimizer', 'adam')
    """
    return optimizer.rpartition(".")[2]


def landscape_overrides(entry: str) -> list[str]:
    """The overrides that an entry of `sweep.landscapes` stands for; a name of its own may come first.

    >>> landscape_overrides("coast augmentation=shift_noise")
    ['landscape=coast', 'augmentation=shift_noise']
    >>> landscape_overrides("lenet_digits: network model=lenet data=digits")
    ['landscape=network', 'model=lenet', 'data=digits']
    """
    name, *others = shlex.split(_parts(entry)[1])
    return open_keys([f"landscape={name}", *others])


def optimizer_overrides(optimizer: str) -> list[str]:
    """The overrides that an optimizer of a race stands for.

    >>> optimizer_overrides("adam"), optimizer_overrides("torch.optim.SGD")
    (['optimizer=adam'], ['++optimizer._target_=torch.optim.SGD'])
    """
    if "." not in optimizer:
        return [f"optimizer={optimizer}"]
    return [f"++optimizer._target_={optimizer}", *([] if takes_rate(optimizer) else ["~optimizer.lr"])]


def label_of(entry: str) -> str:
    """What tables call an entry of `sweep.landscapes`.

    >>> label_of("coast augmentation=shift_noise"), label_of("quadratic landscape.condition=10")
    ('coast, shift_noise', 'quadratic, condition=10')
    >>> label_of("lenet_digits: network model=lenet data=digits")
    'lenet_digits'
    """
    name, overrides = _parts(entry)
    return name or ", ".join(
        re.sub(r"^\W*(augmentation=|landscape\.)", "", word) for word in shlex.split(overrides)
    )


def _parts(entry: str) -> tuple[str, str]:
    """The name that an entry gives a landscape, empty where it gives none, and what composes it."""
    named = re.match(r"([^\s:]+): (.+)", entry)
    return (named[1], named[2]) if named else ("", entry)


def takes_rate(optimizer: str) -> bool:
    """Whether an optimizer's class takes a learning rate.

    >>> takes_rate("adam"), takes_rate("cma_es"), takes_rate("torch.optim.LBFGS")
    (True, False, True)
    """
    target, file = optimizer, CONF / "optimizer" / f"{optimizer}.yaml"
    if "." not in optimizer:
        if not file.is_file():
            return True  # every optimizer of the libraries takes `lr`
        target = yaml.load(file.read_text(), FAST_LOADER)["_target_"]
    from landscape_lab.optimizers.factories import takes_rate as takes  # torch, which a plan does without

    return takes(locate("sweep.mine", target))
