// Lines of equal height on a grid, where the heights were changed on the page: marching squares.

/** The sides of a cell, 0 below, 1 right, 2 above, 3 left, between which lines run, by which corners are higher. */
const SIDES = {
  1: [[3, 0]], 2: [[0, 1]], 3: [[3, 1]], 4: [[1, 2]], 5: [[3, 0], [1, 2]], 6: [[0, 2]], 7: [[3, 2]],
  8: [[2, 3]], 9: [[2, 0]], 10: [[0, 1], [2, 3]], 11: [[2, 1]], 12: [[1, 3]], 13: [[1, 0]], 14: [[0, 3]],
};

/** The lines at all levels of a map in its coordinates, `[x, y, x, y, …]`, NaN between them. */
export function contours(heat) {
  const { rows, columns } = heat;
  const [low, high] = heat.heights.span;
  const heights = Float32Array.from(heat.losses, (loss) => low + heat.height(loss) * (high - low));
  const made = [NaN, NaN];
  for (const level of heat.levels) {
    for (const line of joined(segments(heights, rows, columns, level))) {
      for (const [column, row] of line) {
        made.push(heat.left + ((column + 0.5) / columns) * (heat.right - heat.left));
        made.push(heat.first + ((row + 0.5) / rows) * (heat.last - heat.first));
      }
      made.push(NaN, NaN);
    }
  }
  return Float64Array.from(made);
}

/** The pieces of one level: two crossings `[column, row, edge]` each. */
function segments(heights, rows, columns, level) {
  const made = [];
  for (let row = 0; row + 1 < rows; row += 1) {
    for (let column = 0; column + 1 < columns; column += 1) {
      const at = row * columns + column;
      const corners = [heights[at], heights[at + 1], heights[at + columns + 1], heights[at + columns]];
      const higher = corners.reduce((sum, height, corner) => sum + (height > level ? 1 << corner : 0), 0);
      if (!(higher in SIDES) || !corners.every(Number.isFinite)) continue;
      for (const sides of SIDES[higher]) made.push(sides.map((side) => crossing(corners, side, level, column, row, columns)));
    }
  }
  return made;
}

function crossing([a, b, c, d], side, level, column, row, columns) {
  const share = (from, to) => (level - from) / (to - from);
  const at = 2 * (row * columns + column); // each cell has a lower and a left edge, which its neighbours share
  if (side === 0) return [column + share(a, b), row, at];
  if (side === 1) return [column + 1, row + share(b, c), at + 3];
  if (side === 2) return [column + share(d, c), row + 1, at + 2 * columns];
  return [column, row + share(a, d), at + 1];
}

/** Pieces that end on the same edges, as long lines. */
function joined(pieces) {
  const ends = new Map();
  pieces.forEach((piece) => piece.forEach((end) => ends.set(end[2], [...(ends.get(end[2]) ?? []), piece])));
  const left = new Set(pieces);
  const on = (line) => {
    for (;;) {
      const end = line[line.length - 1];
      const next = ends.get(end[2]).find((piece) => left.has(piece));
      if (!next) return line;
      left.delete(next);
      line.push(next[0][2] === end[2] ? next[1] : next[0]);
    }
  };
  return pieces
    .filter((piece) => left.delete(piece))
    .map((piece) => on(on([...piece]).reverse()));
}
