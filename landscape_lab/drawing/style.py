"""How all figures look."""

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.edgecolor": "#9aa0a6",
    "axes.labelcolor": "#3c4043",
    "xtick.color": "#5f6368",
    "ytick.color": "#5f6368",
    "text.color": "#202124",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
GREY = "#9aa0a6"
"""Of frames and of what does not stand out."""
GRID = "#e8eaed"
"""Of the lines behind curves."""
