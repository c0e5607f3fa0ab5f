// Dots at the points of a line; what diverged is a cross at the top.

import { dot } from "lab/elements";
import { color } from "lab/tints";

/** Mark each point of a line; `right` and `below` say where a value is, `box` where the axes are. */
export function points(context, line, right, below, box) {
  context.lineWidth = 1.5;
  line.x.forEach((x, index) => {
    const down = below(line.y[index]);
    if (Number.isFinite(down)) dot(context, [right(x), down], 4, line.color, color("ground"));
    else {
      context.beginPath();
      const [left, top] = [right(x) - 4, box.top + 2];
      context.moveTo(left, top);
      context.lineTo(left + 8, top + 8);
      context.moveTo(left, top + 8);
      context.lineTo(left + 8, top);
      context.strokeStyle = line.color;
      context.stroke();
    }
  });
}
