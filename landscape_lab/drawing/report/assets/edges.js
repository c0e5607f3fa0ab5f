// Numbers along the near edges of the surface and beside its leftmost corner, on a drawing above it.

import { Vector3 } from "three";
import { SLAB } from "lab/ground";
import { short, ticks } from "lab/numbers";
import { color } from "lab/tints";

const LINE = 13; // pixels

/** Draw them for the eye as it is; `tall` is the height of the surface. */
export function edges(context, width, height, { ground, camera, tall }) {
  context.clearRect(0, 0, width, height);
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = context.strokeStyle = color("words");
  context.lineWidth = 1;
  const pixel = (point) => {
    const seen = new Vector3(...point).project(camera);
    return [0.5 * (1 + seen.x) * width, 0.5 * (1 - seen.y) * height, seen.z];
  };
  const { x, y, z } = camera.position;
  const near = [x >= 0 ? 1 : -1, y >= 0 ? 1 : -1];
  const above = z > 3 * Math.hypot(x, y);
  const foot = above ? tall : -SLAB; // seen from above, the upper end of a wall is outside
  for (const axis of [0, 1]) {
    const hidden = Math.abs([x, y][1 - axis]) < ground.half[1 - axis]; // its wall is behind the other one
    if (above || !hidden) horizontal(context, axis, { near, foot, ground, pixel });
  }
  if (Math.hypot(x, y) > 0.2 * z) upright(context, ground, tall, pixel);
}

function horizontal(context, axis, { near, foot, ground, pixel }) {
  const { heat, half } = ground;
  const [low, high] = axis === 0 ? [heat.left, heat.right] : [Math.min(heat.first, heat.last), Math.max(heat.first, heat.last)];
  const other = near[1 - axis] * half[1 - axis];
  const at = (share, beyond) => {
    const point = [0, 0, foot];
    point[axis] = share;
    point[1 - axis] = other + near[1 - axis] * beyond;
    return pixel(point);
  };
  const from = at(-half[axis], 0);
  const to = at(half[axis], 0);
  const long = Math.hypot(from[0] - to[0], from[1] - to[1]);
  if (!(long > 60)) return;
  for (const value of ticks(low, high, long / 75)) {
    const share = ground.above(axis === 0 ? [value, 0] : [0, value])[axis];
    mark(context, at(share, 0), at(share, 0.04), short(value));
  }
  const middle = at(0, 0);
  const out = at(0, 0.1);
  const away = unit(middle, out);
  word(context, [middle[0] + 36 * away[0], middle[1] + 32 * away[1]], away, heat.labels[axis].split(" (")[0]); // the map tells its share of the motion
}

function upright(context, { heat, half }, tall, pixel) {
  const corners = [[1, 1], [1, -1], [-1, 1], [-1, -1]].map(([x, y]) => [x * half[0], y * half[1]]);
  const leftmost = corners.reduce((best, corner) => (pixel([...corner, 0])[0] < pixel([...best, 0])[0] ? corner : best));
  const { span, logarithmic } = heat.heights;
  const at = (drawn) => pixel([...leftmost, (tall * (drawn - span[0])) / (span[1] - span[0])]);
  const [low, high] = span.map(at);
  const long = Math.hypot(high[0] - low[0], high[1] - low[1]);
  if (long < 30) return;
  context.beginPath();
  context.moveTo(low[0] - 6, low[1]);
  context.lineTo(high[0] - 6, high[1]);
  context.stroke();
  const whole = logarithmic && Math.floor(span[1]) - Math.ceil(span[0]) >= 1;
  const values = ticks(...span, Math.max(2, long / 34)).filter((value) => !whole || Number.isInteger(+value.toFixed(6)));
  let above = Infinity;
  for (const value of values) {
    const [x, y, far] = at(value);
    if (above - y < LINE) continue; // it would touch the one below
    above = y;
    mark(context, [x - 6, y, far], [x - 10, y, far], short(logarithmic ? 10 ** value : value));
  }
  context.textAlign = "right"; // nothing is left of the leftmost corner
  const lines = heat.heights.label.split(/(?<=above|,) /).reverse();
  lines.forEach((line, up) => write(context, line, high[0] - 4, Math.max(LINE * (lines.length - up), high[1] - 12 - LINE * up)));
}

function mark(context, from, to, text) {
  if (from[2] > 1) return; // behind the eye
  const away = unit(from, to);
  context.beginPath();
  context.moveTo(from[0], from[1]);
  context.lineTo(from[0] + 5 * away[0], from[1] + 5 * away[1]);
  context.stroke();
  word(context, [from[0] + 9 * away[0], from[1] + 9 * away[1]], away, text);
}

function word(context, [x, y], away, text) {
  context.textAlign = Math.abs(away[0]) < 0.3 ? "center" : away[0] < 0 ? "right" : "left";
  context.textBaseline = Math.abs(away[1]) < 0.3 ? "middle" : away[1] < 0 ? "bottom" : "top";
  write(context, text, x, y);
  context.textBaseline = "alphabetic";
}

/** A text inside the drawing, with a rim, since the surface may lie behind it. */
function write(context, text, x, y) {
  const wide = context.measureText(text).width;
  const left = { left: 0, center: 0.5, right: 1 }[context.textAlign] * wide;
  x = Math.max(left + 3, Math.min(context.canvas.clientWidth - 3 - wide + left, x));
  y = Math.min(context.canvas.clientHeight - (context.textBaseline === "top" ? 14 : 4), y);
  context.save();
  context.strokeStyle = color("ground");
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.restore();
  context.fillText(text, x, y);
}

function unit(from, to) {
  const way = [to[0] - from[0], to[1] - from[1]];
  const size = Math.hypot(...way) || 1;
  return way.map((value) => value / size);
}
