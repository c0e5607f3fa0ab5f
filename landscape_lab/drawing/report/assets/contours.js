// Lines of equal height on a grid: marching squares.

/** The sides of a cell, 0 below, 1 right, 2 above, 3 left, between which lines run, in pairs, by which corners are higher. */
const SIDES = [
  [], [3, 0], [0, 1], [3, 1], [1, 2], [3, 0, 1, 2], [0, 2], [3, 2],
  [2, 3], [2, 0], [0, 1, 2, 3], [2, 1], [1, 3], [1, 0], [0, 3], [],
];

/** The lines at all levels of a map, as pieces across one cell each: `[x, y, x, y]` in its coordinates, one behind another. */
export function contours(heat) {
  const { rows, columns, levels } = heat;
  const made = [];
  if (!levels.length) return made;
  const [bottom, top] = [Math.min(...levels), Math.max(...levels)];
  const heights = drawn(heat);
  const [wide, high] = [(heat.right - heat.left) / columns, (heat.last - heat.first) / rows];
  for (let row = 0; row + 1 < rows; row += 1) {
    for (let column = 0; column + 1 < columns; column += 1) {
      const at = row * columns + column; // nothing is allocated for a cell: there are a quarter of a million
      const a = heights[at];
      const b = heights[at + 1];
      const c = heights[at + columns + 1];
      const d = heights[at + columns];
      const least = Math.min(a, b, c, d);
      const most = Math.max(a, b, c, d);
      if (!(most > bottom && least <= top) || !Number.isFinite(most - least)) continue; // a corner may be a hole
      for (const level of levels) {
        if (level < least || level >= most) continue;
        const higher = (a > level ? 1 : 0) + (b > level ? 2 : 0) + (c > level ? 4 : 0) + (d > level ? 8 : 0);
        for (const side of SIDES[higher]) {
          const right = side === 1 ? 1 : side === 3 ? 0 : side === 0 ? (level - a) / (b - a) : (level - d) / (c - d);
          const up = side === 2 ? 1 : side === 0 ? 0 : side === 1 ? (level - b) / (c - b) : (level - a) / (d - a);
          made.push(heat.left + (column + right + 0.5) * wide, heat.first + (row + up + 0.5) * high);
        }
      }
    }
  }
  return made;
}

/** The heights of all cells as they are drawn: linear or logarithmic. */
function drawn(heat) {
  const [low, high] = heat.heights.span;
  const heights = new Float64Array(heat.losses.length);
  for (let at = 0; at < heights.length; at += 1) heights[at] = low + heat.height(heat.losses[at]) * (high - low);
  return heights;
}
