"""The traces of a scene on its map, and where they begin and end."""

def draw_scene(axes: Axes, scene: Scene, *, bar: bool = True) -> None:
    """The landscape, the traces, and where they begin and end."""
    draw_landscape(axes, scene)
    draw_traces(axes, scene, bar=bar)
    if bar and not shows_accuracy(scene):
        add_height_scale(axes, scene)
    mark_ends(axes, scene, colors=_end_colors(scene))
    name_axes(axes, scene)
    draw_inset(axes, scene, partial(_draw_larger, scene=scene))


def _draw_larger(axes: Axes, part: Window, scene: Scene) -> None:
    """The map and the traces as they are in a part of the window, without words."""
    draw_landscape(axes, replace(scene, note=""))
    draw_traces(axes, scene, bar=False)
    mark_ends(axes, replace(scene, window=part), colors=_end_colors(scene), named=False)


def draw_traces(axes: Axes, scene: Scene, *, bar: bool = True) -> None:
    """All traces, the first on top."""
    for number, trace in reversed(list(enumerate(scene.traces))):
        _draw_trace(axes, scene, trace, path_color(number), bar=bar)


def _draw_trace(axes: Axes, scene: Scene, trace: Trace, color: str, *, bar: bool = True) -> None:
    """A trace that is alone in the colours of its losses, one of several in its own.

    Of many members the lines are coloured by learning rate where it differs, else by their final loss.
    """
    number, members = trace.places.shape[:2]
    alone = len(scene.traces) == 1
    if alone and members >= MANY_MEMBERS:
        _draw_members(axes, scene, trace, bar=bar)
    elif alone:
        _draw_by_loss(axes, scene, trace, bar=bar)
    else:
        for member in range(members):
            places = trace.places[evenly(number, max(50, 20 * DRAWN_POINTS // members)), member]
            draw_colored(
                axes, places, color, ended=bool(np.isfinite(trace.losses[-1, member])), among=members
            )
        draw_parted(axes, trace, color)


def _draw_by_loss(axes: Axes, scene: Scene, trace: Trace, *, bar: bool) -> None:
    """Segments in the colours of their losses, and rings where these are not those of the map."""
    number, members = trace.places.shape[:2]
    shown = evenly(number, max(2, DRAWN_POINTS // max(1, members)))
    losses = trace.path_losses[shown]
    scale = color_scale(_visible(scene, trace.places[shown], losses), scene.losses)
    for member in range(members):
        draw_segments(
            axes, trace.places[shown, member], losses[:, member], scale.norm, max(0.45, members**-0.5)
        )
    if trace.departure is not None:
        draw_compared_dots(axes, trace, trace.departure, shown, scale.norm)
    if bar:
        add_scale(axes, scale.mappable(LOSS_COLORS), "loss along the path", scale.extend, scale.ticks)


def _draw_members(axes: Axes, scene: Scene, trace: Trace, *, bar: bool) -> None:
    """A line for each member: the best on top; below them and faint those that did not fall, or diverged."""
    number, members = trace.places.shape[:2]
    shown = evenly(number, max(40, 20 * DRAWN_POINTS // members))
    colors, scale, label = member_colors(scene, trace)
    good = fell(trace.losses, trace.rates)
    order = np.lexsort((-np.nan_to_num(last_finite(trace.losses), nan=np.inf), good))
    good = good[order]
    strong, weak = (0.9, 0.22) if members < 100 else (0.5, 0.08)
    lines = LineCollection(
        list(trace.places[shown].swapaxes(0, 1)[order]),
        colors=colors[order],
        linewidths=np.where(good, 1.4 if members < 100 else 0.7, 0.6).tolist(),
        linestyles=[DIVERGED_DASH if not np.isfinite(end) else "solid" for end in trace.losses[-1, order]],
        alpha=np.where(good, strong, weak).tolist(),
        zorder=2,
    )
    axes.add_collection(lines, autolim=False)
    if bar:
        colormap = LOSS_COLORS if trace.rates is None else RATE_COLORS
        add_scale(axes, scale.mappable(colormap), label, scale.extend, scale.ticks)


def member_colors(scene: Scene, trace: Trace) -> tuple[Float[np.ndarray, "members 4"], ColorScale, str]:
    """The colour of each of many members, its scale, and what it stands for."""
    if trace.rates is not None:
        scale = ColorScale(LogNorm(trace.rates.min(), trace.rates.max()))
        return RATE_COLORS(scale.norm(trace.rates)), scale, "learning rate"
    ends = last_finite(trace.losses)
    arrived = np.where(np.isfinite(trace.losses[-1]), ends, np.nan)
    scale = color_scale(_visible(scene, trace.places[-1], arrived), scene.losses)
    return LOSS_COLORS(scale.norm(ends)), scale, "final loss"


def _end_colors(scene: Scene) -> np.ndarray | None:
    """The colour of each end: of its run or member; of few members of one run they have none of their own."""
    if len(scene.traces) == 1:
        many = scene.traces[0].places.shape[1] >= MANY_MEMBERS
        return member_colors(scene, scene.traces[0])[0] if many else None
    members = [trace.places.shape[1] for trace in scene.traces]
    return np.repeat([to_rgba(path_color(number)) for number in range(len(members))], members, axis=0)


def _visible(scene: Scene, places: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The values at places `[…, 2]` in the window, of those that hide each other only one."""
    low, high = scene.window.corners
    cells = (places - low) / (high - low)
    inside = ((cells >= 0) & (cells <= 1)).all(axis=-1)
    cells, values = (CELLS * cells[inside]).astype(int), values[inside]
    return values[np.unique(cells @ [1, CELLS + 1], return_index=True)[1]]


