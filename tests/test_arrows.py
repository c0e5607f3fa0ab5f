"""The house has floors: an import goes down or stays on its floor, and no circle exists."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from imports import circles, graph, rooms, sources

FLOORS = (
    (
        "ground",
        "process files escaping validation errors trust dotted_paths configuration keys tables factories "
        "thumbnails",
    ),
    ("networks' parts", "data models"),
    ("landscapes", "landscapes"),
    ("augmentations", "augmentations"),
    ("optimizers", "optimizers"),
    (
        "what happened",
        "records trajectory notebook raising ensemble outcomes",
    ),
    ("planes", "planes curvature"),
    ("scenes", "scene"),
    ("descents", "evaluation chunk tally ending arrangement results descent rates.search"),
    ("drawing", "drawing"),
    ("when", "staging recording resuming.packing resuming.own_state callbacks"),
    (
        "lab",
        "instantiation runs keeping fitting networking assembly resuming rates playing reporting lab summary",
    ),
    ("sweeps", "sweeps"),
    (
        "commands",
        "__init__ __main__ command_line film gallery pictures plane shapes report playground dossier "
        "optimizers.__main__",
    ),
)
"""From the ground up. A name stands for a module, or for a package and all that it holds."""
BELOW = "landscapes augmentations optimizers data models planes curvature scene trajectory"
LIBRARIES = {
    "pytorch_lightning": f"{BELOW} drawing",
    "hydra": f"{BELOW} drawing descent",
    "matplotlib": f"{BELOW} descent",
}
"""Who does without a library: what is below the descent serves plain PyTorch too."""
BLIND = {"drawing": "landscapes augmentations descent"}
"""Drawing gets data: no file there knows where a path came from."""
LEVEL = {name: level for level, (_, names) in enumerate(FLOORS) for name in names.split()}


def short(module: str) -> str:
    """A module's name within the package; of the package itself `__init__`."""
    return module.removeprefix("landscape_lab").removeprefix(".") or "__init__"


def owner(module: str, names: Iterable[str]) -> str | None:
    """The longest of the names that stands for a module."""
    found = [name for name in names if f"{short(module)}.".startswith(f"{name}.")]
    return max(found, key=len, default=None)


def floor(module: str) -> int | None:
    """The number of a module's floor."""
    name = owner(module, LEVEL)
    return None if name is None else LEVEL[name]


def lines(offenders: Iterable[str]) -> str:
    """What is wrong, one a line."""
    return "\n" + "\n".join(sorted(offenders))


IMPORTS = graph(sources())


def test_every_module_has_its_floor():
    homeless = [module for module in IMPORTS if floor(module) is None]
    assert not homeless, f"These want a floor in FLOORS, tests/test_arrows.py:{lines(homeless)}"


def test_no_arrow_climbs():
    arrows = [(module, target) for module, targets in IMPORTS.items() for target in targets & IMPORTS.keys()]
    known = [(module, target) for module, target in arrows if None not in (floor(module), floor(target))]
    climbs = [
        f"{short(module)} ({FLOORS[floor(module)][0]}) imports {short(target)} ({FLOORS[floor(target)][0]})"
        for module, target in known
        if floor(target) > floor(module)
    ]
    assert not climbs, lines(climbs)


@pytest.mark.parametrize("level", ["modules", "packages"])
def test_no_circle(level):
    apart = [module for module in IMPORTS if short(module) in LEVEL or module == "landscape_lab"]
    found = circles(IMPORTS if level == "modules" else rooms(IMPORTS, apart))
    assert not found, lines(" ↔ ".join(map(short, circle)) for circle in found)


@pytest.mark.parametrize(("library", "names"), LIBRARIES.items())
def test_libraries_stay_where_they_belong(library, names):
    users = {
        module
        for module, targets in IMPORTS.items()
        if any(target.split(".")[0] == library for target in targets)
    }
    wrong = [f"{short(module)} imports {library}" for module in users if owner(module, names.split())]
    assert not wrong, lines(wrong)


def test_drawing_gets_data_only():
    for blind, names in BLIND.items():
        arrows = [
            (module, target) for module in IMPORTS if owner(module, [blind]) for target in IMPORTS[module]
        ]
        wrong = [
            f"{short(module)} imports {short(target)}"
            for module, target in arrows
            if owner(target, names.split())
        ]
        assert not wrong, lines(wrong)


def tree(folder: Path, **modules: str) -> dict[str, set[str]]:
    """The imports of a package made of these sources."""
    for name, text in modules.items():
        file = (folder / "landscape_lab" / name.replace("__", "/")).with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return graph(sources(folder))


def test_imports_are_seen_wherever_they_stand(tmp_path):
    inside = "def later():\n    from landscape_lab import files\n    import landscape_lab.lab\n"
    annotated = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from landscape_lab.files import replacing\n"
    )
    relative = "from . import patches\nfrom ..files import replacing\n"
    found = tree(
        tmp_path,
        descent=inside,
        lab=annotated,
        files="",
        augmentations__patches="",
        augmentations__views=relative,
    )
    assert found["landscape_lab.descent"] == {"landscape_lab.files", "landscape_lab.lab"}
    assert found["landscape_lab.lab"] == {"typing", "landscape_lab.files"}
    assert found["landscape_lab.augmentations.views"] == {
        "landscape_lab.augmentations.patches",
        "landscape_lab.files",
    }


def test_circles_are_found_between_modules_and_between_packages(tmp_path):
    found = tree(
        tmp_path,
        descent="from landscape_lab.lab import run",
        lab="def later():\n    from landscape_lab import descent",
        sweeps__best="import landscape_lab.drawing.maps",
        sweeps__plan="",
        drawing__paint="import landscape_lab.sweeps.plan",
        drawing__maps="",
    )
    assert circles(found) == [["landscape_lab.descent", "landscape_lab.lab"]]
    assert ["landscape_lab.drawing", "landscape_lab.sweeps"] in circles(rooms(found))


def test_floors_name_each_module_once():
    names = [name for _, line in FLOORS for name in line.split()]
    assert len(names) == len(set(names))
    assert floor("landscape_lab.optimizers.__main__") == len(FLOORS) - 1
    assert floor("landscape_lab.optimizers.traits") < floor("landscape_lab.descent")
    assert floor("landscape_lab.landscapes_of_others") is None
