// Arrows and ellipses on a map, with an edge that is seen on every ground.

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
  const [nextX, nextY] = to([from[0] + values[0] / length, from[1] + values[1] / length]);
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
  const [right] = to([from[0] + 1 / kind.unit[0], from[1]]);
  const [, up] = to([from[0], from[1] + 1 / kind.unit[1]]);
  const axes = [values[0] * Math.abs(right - x), values[1] * Math.abs(up - y)];
  const longest = Math.max(...axes);
  const [across, along] = axes.map((axis) => Math.max(2, (0.7 * LONGEST * store.get("arrowsize") * axis) / longest));
  context.strokeStyle = edge ? EDGE : kind.tint;
  context.lineWidth = edge ? 4.4 : 2;
  context.beginPath();
  context.ellipse(x, y, across, along, 0, 0, 2 * Math.PI);
  context.stroke();
}
