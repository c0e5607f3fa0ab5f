// Lines of equal height on a grid: marching squares.

/** The sides of a cell, 0 below, 1 right, 2 above, 3 left, between which lines run, by which corners are higher. */
const SIDES = {
  1: [[3, 0]], 2: [[0, 1]], 3: [[3, 1]], 4: [[1, 2]], 5: [[3, 0], [1, 2]], 6: [[0, 2]], 7: [[3, 2]],
  8: [[2, 3]], 9: [[2, 0]], 10: [[0, 1], [2, 3]], 11: [[2, 1]], 12: [[1, 3]], 13: [[1, 0]], 14: [[0, 3]],
};

/** The lines at all levels of a map, as pieces across one cell each: `[x, y, x, y]` in its coordinates, one behind another. */
export function contours(heat) {
  const { rows, columns, levels } = heat;
  const [low, high] = heat.heights.span;
  const made = [];
  if (!levels.length) return made;
  const [bottom, top] = [Math.min(...levels), Math.max(...levels)];
  const heights = new Float64Array(heat.losses.length); // read by number: a function for each cell takes longer
  for (let at = 0; at < heights.length; at += 1) heights[at] = low + heat.height(heat.losses[at]) * (high - low);
  for (let row = 0; row + 1 < rows; row += 1) {
    for (let column = 0; column + 1 < columns; column += 1) {
      const at = row * columns + column;
      const a = heights[at];
      const b = heights[at + 1];
      const c = heights[at + columns + 1];
      const d = heights[at + columns];
      const least = Math.min(a, b, c, d);
      const most = Math.max(a, b, c, d);
      if (!Number.isFinite(most - least)) continue; // a corner is a hole
      if (!(most > bottom && least <= top)) continue;
      for (const level of levels) {
        if (level < least || level >= most) continue;
        for (const ends of across([a, b, c, d], level)) {
          for (const [right, up] of ends) {
            made.push(heat.left + ((column + right + 0.5) / columns) * (heat.right - heat.left));
            made.push(heat.first + ((row + up + 0.5) / rows) * (heat.last - heat.first));
          }
        }
      }
    }
  }
  return made;
}

/** The pieces of one level in a cell: from one of its sides to another, in shares of the cell. */
function across(corners, level) {
  const higher = corners.reduce((sum, height, corner) => sum + (height > level ? 1 << corner : 0), 0);
  return SIDES[higher].map((sides) => sides.map((side) => crossing(corners, side, level)));
}

function crossing([a, b, c, d], side, level) {
  const share = (from, to) => (level - from) / (to - from);
  if (side === 0) return [share(a, b), 0];
  if (side === 1) return [1, share(b, c)];
  if (side === 2) return [share(d, c), 1];
  return [0, share(a, d)];
}
