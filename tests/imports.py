"""What imports what, read with `ast`: also inside functions, also what only annotations use."""

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "landscape_lab"

Graph = dict[str, set[str]]
"""Whom each module imports, by dotted names."""


def sources(root: Path = ROOT, *packages: str) -> dict[str, Path]:
    """The files of our packages by dotted name."""
    return {
        ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): file
        for package in packages or (PACKAGE,)
        for file in sorted((root / package).rglob("*.py"))
    }


def graph(files: Mapping[str, Path]) -> Graph:
    """The imports of each module: our own modules as they are, libraries by their dotted name."""
    return {module: imported(module, file, files) for module, file in files.items()}


def imported(module: str, file: Path, files: Mapping[str, Path]) -> set[str]:
    """Whom a module imports; `from package import name` is the module `package.name` where there is one."""
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            )
            source = ".".join(part for part in (base, node.module) if part)
            found |= {name if (name := f"{source}.{alias.name}") in files else source for alias in node.names}
    return found - {module}


def room(module: str) -> str:
    """What a module belongs to: a package such as `landscape_lab.sweeps`, or itself where it stands alone."""
    return ".".join(module.split(".")[:2])


def rooms(imports: Graph, apart: Iterable[str] = ()) -> Graph:
    """The same arrows between rooms; the modules in `apart` stay rooms of their own."""
    apart = set(apart)
    home = {module: module if module in apart else room(module) for module in imports}
    joined: Graph = {}
    for module, targets in imports.items():
        joined.setdefault(home[module], set()).update(home[target] for target in targets if target in home)
    return {name: targets - {name} for name, targets in joined.items()}


def circles(imports: Graph) -> list[list[str]]:
    """Groups whose members all lead to each other, largest first (Tarjan's strongly connected components)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in sorted(imports[name] & imports.keys()):
            if target not in order:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], order[target])
        if low[name] == order[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(imports):
        if name not in order:
            visit(name)
    return sorted(found, key=len, reverse=True)
