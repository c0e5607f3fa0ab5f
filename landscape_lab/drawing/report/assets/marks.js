// Arrows and ellipses on a map or on the surface, with an edge that is seen on every ground.

const EDGE = "#202124";
const [SHORTEST, LONGEST, ALIKE] = [22, 90, 56]; // pixels

/** How many pixels long an arrow is. */
function pixels(length, [low, high], store) {
  const mode = store.get("arrowlengths");
  if (mode === "proportional") return store.get("arrowsize") * LONGEST * (length / high);
  const share = high > 1.05 * low ? Math.max(0, Math.log(length / low) / Math.log(high / low)) : 0.5;
  return store.get("arrowsize") * (mode === "equal" ? ALIKE : SHORTEST + share * (LONGEST - SHORTEST));
}

/** An arrow that points to where the values lead; its edge first, or what is inside. */
export function arrow(context, to, { from, values }, kind, store, edge) {
  const length = Math.hypot(...values);
  if (!(length > 0)) return;
  const [x, y] = to(from);
  const share = kind.near / length; // close by: on the surface a straight way is not straight
  const [nextX, nextY] = to([from[0] + share * values[0], from[1] + share * values[1]]);
  const angle = Math.atan2(nextY - y, nextX - x);
  const long = pixels(length, kind.at.range, store);
  const head = Math.min(8 + 1.2 * kind.width, 0.6 * long);
  const at = (along, across) => [
    x + along * Math.cos(angle) - across * Math.sin(angle),
    y + along * Math.sin(angle) + across * Math.cos(angle),
  ];
  context.strokeStyle = context.fillStyle = edge ? EDGE : kind.tint;
  context.lineCap = context.lineJoin = "round";
  context.lineWidth = kind.width + (edge ? 3 : 0);
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(...at(long - 0.7 * head, 0));
  context.stroke();
  context.lineWidth = edge ? 3.5 : 0.5;
  context.beginPath();
  for (const corner of [at(long, 0), at(long - head, 0.5 * head), at(long - head, -0.5 * head)]) context.lineTo(...corner);
  context.closePath();
  context.fill();
  context.stroke();
}

/** Half axes in proportion to the scales: along the long one the optimizer goes farther for the same gradient. */
export function ellipse(context, to, { from, values }, kind, store, edge) {
  const [x, y] = to(from);
  const axes = [0, 1].map((axis) => {
    const next = to(from.map((value, other) => value + (other === axis ? kind.near / kind.unit[axis] : 0)));
    return [values[axis] * (next[0] - x), values[axis] * (next[1] - y)];
  });
  const longest = Math.max(...axes.map((axis) => Math.hypot(...axis)));
  const times = (0.7 * LONGEST * store.get("arrowsize")) / longest;
  context.strokeStyle = edge ? EDGE : kind.tint;
  context.lineWidth = edge ? 4.4 : 2;
  context.beginPath();
  for (let turn = 0; turn <= 64; turn += 1) {
    const [first, second] = [Math.cos((turn * Math.PI) / 32), Math.sin((turn * Math.PI) / 32)];
    context.lineTo(...[x, y].map((middle, side) => middle + times * (first * axes[0][side] + second * axes[1][side])));
  }
  context.stroke();
}
