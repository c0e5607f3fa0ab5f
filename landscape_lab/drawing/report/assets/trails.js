// Where members went, on the map: a line from the start to where they are at a moment.

import { dot } from "lab/elements";
import { lastBefore } from "lab/numbers";

/** Draw a member up to a step. */
export function trail(context, to, member, step) {
  const at = lastBefore(member.steps, step);
  const past = member.places.slice(0, at + 1);
  const next = member.places[at + 1];
  const now = past[at];
  const share = next ? Math.max(0, step - member.steps[at]) / (member.steps[at + 1] - member.steps[at]) : 0;
  if (next && share > 0) past.push([0, 1].map((axis) => now[axis] + share * (next[axis] - now[axis])));
  const pixels = past.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)).map(to);
  if (!pixels.length) return;
  for (const [tint, width] of [["#202124", 4.6], [member.color, 2.6]]) {
    context.beginPath();
    context.lineJoin = "round";
    for (const pixel of pixels) context.lineTo(...pixel);
    context.strokeStyle = tint;
    context.lineWidth = width;
    context.stroke();
  }
  dot(context, pixels[0], 3.5, "#fff", "#202124");
  const gone = pixels.length < past.length;
  if (gone) cross(context, pixels[pixels.length - 1], member.color);
  else dot(context, pixels[pixels.length - 1], 6, member.color, "#fff");
}

/** The place that was clicked. */
export function aim(context, to, place) {
  const [x, y] = to(place);
  for (const [tint, width] of [["#202124", 4], ["#fff", 1.8]]) {
    context.beginPath();
    for (const [right, down] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 4 * right, y + 4 * down);
      context.lineTo(x + 11 * right, y + 11 * down);
    }
    context.strokeStyle = tint;
    context.lineWidth = width;
    context.stroke();
  }
}

/** Cells in the colours of the points that members reached from there. */
export function cells(context, to, heat, { columns, rows, cells: verdicts, colors }) {
  const edge = (column, row) =>
    to([heat.left + (column / columns) * (heat.right - heat.left), heat.first + (row / rows) * (heat.last - heat.first)]).map(Math.round);
  context.globalAlpha = 0.6;
  verdicts.forEach((verdict, cell) => {
    const [x0, y0] = edge(cell % columns, Math.floor(cell / columns));
    const [x1, y1] = edge((cell % columns) + 1, Math.floor(cell / columns) + 1);
    context.fillStyle = tint(verdict, colors);
    context.fillRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
  });
  context.globalAlpha = 1;
}

const OTHERS = { 253: "#8d949b", 254: "#d5d8db", 255: "#ffffff" };

/** The colour of a verdict: dark grey where a member rested alone, light where it still moved, white where it is lost. */
export const tint = (verdict, colors) => colors[verdict] ?? OTHERS[verdict];

function cross(context, [x, y], fill) {
  for (const [style, width] of [["#202124", 5], [fill, 2.5]]) {
    context.beginPath();
    context.moveTo(x - 6, y - 6);
    context.lineTo(x + 6, y + 6);
    context.moveTo(x + 6, y - 6);
    context.lineTo(x - 6, y + 6);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
}
