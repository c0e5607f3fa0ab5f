"""What a race declared, in sentences for people."""

import math
import shlex
from collections.abc import Mapping

from landscape_lab.escaping import Markup, in_code, in_markdown
from landscape_lab.sweeps.race.entries import label_of, name_of
from landscape_lab.sweeps.race.hopeful import LITTLE
from landscape_lab.sweeps.race.protocol import Protocol
from landscape_lab.sweeps.race.scored import Standings
from landscape_lab.sweeps.resume import words_to_go_on
from landscape_lab.tables import markdown


def sentences(protocol: Protocol) -> list[str]:
    """A protocol in words."""
    baselines = ", ".join(map(name_of, protocol.baselines))
    return [
        f"{len(protocol.names)} optimizers, {len(protocol.landscapes)} landscapes, "
        f"{protocol.studies} studies. In each study every optimizer gets {protocol.trials} trials, "
        f"quasi-random in its declared space, of {protocol.steps:,} evaluations each{_pruning(protocol)}.",
        f"Tuned on {_starts(protocol)}, scored on as many others; "
        "starts and noise are the same for all. The trial with the lowest median time to the target is "
        "chosen; if none arrives, the lowest loss.",
        f"Target of a landscape: the loss that the best of the tuned baselines ({baselines}) reaches in "
        f"the median of the descents for tuning, plus {protocol.tolerance:g} of its way from the start. "
        "Losses are those without augmentations; of a network, of the data held out, if there are any.",
        "Time: evaluations until a loss no higher than the target is seen, median over the descents of a "
        f"study; infinite if more than half miss. Seconds: so many median steps {_together(protocol)}, "
        "without measurements, on this machine.",
        "Score: the integral of the performance profile over τ from 1 to 4, divided by 3, so that the "
        "best possible is 1; evaluations rank. Bands: 90 % bootstrap over studies and starts; in the "
        "lower panels, between the lowest and the highest study.",
    ]


def _pruning(protocol: Protocol) -> str:
    """How trials end early."""
    if protocol.prune is None:
        return ""
    return (
        f"; after {protocol.first_steps:,} of them those end that have come less than {LITTLE:.0%} of the "
        "way of the optimizer's best"
    )


def _starts(protocol: Protocol) -> str:
    """How many descents a trial makes."""
    if protocol.starts is None:
        return f"{protocol.seeds} seeds, each with initial weights and minibatches of its own"
    return f"{protocol.starts} random starts × {protocol.seeds} seeds of noise"


def _together(protocol: Protocol) -> str:
    """Whose seconds are told."""
    number = math.prod(protocol.descents)
    return "of a descent alone" if protocol.starts is None else f"of the {number} descents together"


def verdicts(standings: Standings) -> list[str]:
    """What the checks showed, a line for each."""
    none = ["No optimizer of this race contains another."]
    return [f"* {in_markdown(check.words)}" for check in standings.checks] or none


def protocol_page(standings: Standings) -> str:
    """The protocol, its spaces and its targets."""
    protocol = standings.protocol
    spaces = [
        [name_of(one), Markup("<br>".join(_space(protocol.space(one))) or "nothing")]
        for one in protocol.optimizers
    ]
    targets = [
        [label_of(one), f"{target.begin:.4g}", f"{target.lowest:.4g}", f"{target.loss:.6g}"]
        for one, target in standings.tuned.targets.items()
    ]
    folder = shlex.quote(str(standings.folder))
    return "\n".join(
        [
            "# Protocol",
            "",
            *(f"* {in_markdown(sentence)}" for sentence in sentences(protocol)),
            "",
            "## Spaces",
            "",
            *markdown(["optimizer", "trials are drawn from"], spaces),
            "",
            "## Targets",
            "",
            *markdown(["landscape", "median start", "best tuned baseline", "target"], targets),
            "",
            "## Does tuning suffice?",
            "",
            "Who contains another as a special case should not lose to it, if tuned enough. "
            "Lead: by how much it scores higher.",
            "",
            *verdicts(standings),
            "",
            "## Again",
            "",
            f"{in_code(f'python -m landscape_lab {words_to_go_on(standings.folder)}')} runs what is missing, "
            "in another folder the same command anew (`multirun.yaml`); "
            f"{in_code(f'python -m landscape_lab.sweeps.standings {folder}')} writes tables and figure anew.",
            "",
        ]
    )


def _space(space: Mapping[str, object], condition: str = "") -> list[str]:
    """A line for each key of an optimizer's space, with the condition under which it is searched."""
    lines = []
    for key, value in space.items():
        if isinstance(value, dict):
            lines += _space(value, f"{key}: ")
        else:
            text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else value
            lines.append(in_markdown(condition) + in_code(f"{key}: {text}"))
    return lines
