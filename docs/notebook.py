"""`python docs/notebook.py`: run docs/first_look.ipynb from top to bottom and keep what its cells show.

It wants `pip install nbformat nbclient ipykernel`. The cells run in a folder that is gone afterwards.
"""

import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parent / "first_look.ipynb"


def main() -> None:
    """Run the cells; of what shows itself in several ways, drop the heaviest."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(notebook, resources={"metadata": {"path": folder}}, timeout=600).execute()
    for cell in notebook.cells:
        cell.metadata.clear()
        for output in cell.get("outputs", []):
            shown = output.get("data", {})
            if {"text/html", "image/jpeg"} & shown.keys():
                shown.pop("image/png", None)
        cell.outputs = [one for one in cell.outputs if _lasts(one)] if "outputs" in cell else []
        if cell.cell_type != "code":
            del cell["outputs"]
    nbformat.write(notebook, NOTEBOOK)


def _lasts(output: nbformat.NotebookNode) -> bool:
    """Whether an output is more than a progress bar that is gone, or a warning."""
    return output.get("data", {"": 1}).get("text/html") != "" and output.get("name") != "stderr"


if __name__ == "__main__":
    main()
