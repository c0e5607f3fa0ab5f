// The ground: the losses as a surface in space, where each place is on it, and which place a ray meets.
//
// Lengths are half-widths of the longer side; x is right, y up on the map, z the height. The shaders raise a
// level, 0 to 1, by `tall`: the height of the surface changes without anything being made again.

const HEIGHT = 0.5;
export const SLAB = 0.06;

export class Ground {
  /** Of the losses of a map, with at most so many cells along the longer side. */
  constructor(heat, cells) {
    this.cells = cells;
    this.take(heat);
  }

  /** Take the losses of another map. */
  take(heat) {
    this.heat = heat;
    const aspect = heat.equal ? Math.abs((heat.last - heat.first) / (heat.right - heat.left)) : 1;
    this.half = [1 / Math.max(1, aspect), aspect / Math.max(1, aspect)];
    this.height = HEIGHT * Math.sqrt(Math.min(...this.half));
    const shrink = Math.min(1, this.cells / Math.max(heat.rows, heat.columns));
    this.columns = Math.max(2, Math.round(heat.columns * shrink) + 1);
    this.rows = Math.max(2, Math.round(heat.rows * shrink) + 1);
    this.rise();
  }

  /** Take the levels from the losses, as they are drawn now. The first row is the lowest on the map. */
  rise() {
    const { heat, rows, columns } = this;
    this.heights = heat.heights;
    const all = Float32Array.from(heat.losses, (loss) => heat.height(loss));
    this.levels = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row += 1) {
      const share = row / (rows - 1);
      const from = (heat.downwards ? 1 - share : share) * heat.rows - 0.5;
      for (let column = 0; column < columns; column += 1) {
        const level = mixed(all, heat.rows, heat.columns, from, (column / (columns - 1)) * heat.columns - 0.5);
        this.levels[row * columns + column] = Number.isFinite(level) ? Math.min(1.2, Math.max(-0.2, level)) : NaN;
      }
    }
  }

  /** Where a place of the plane is, seen from above. */
  above([x, y]) {
    const { heat, half } = this;
    const right = (2 * (x - heat.left)) / (heat.right - heat.left) - 1;
    const up = (2 * (y - heat.first)) / (heat.last - heat.first) - 1;
    return [half[0] * right, half[1] * (heat.downwards ? -up : up)];
  }

  /** And back. */
  place([x, y]) {
    const { heat, half } = this;
    const up = (heat.downwards ? -y : y) / half[1];
    return [
      heat.left + 0.5 * (1 + x / half[0]) * (heat.right - heat.left),
      heat.first + 0.5 * (1 + up) * (heat.last - heat.first),
    ];
  }

  /** The level at a point; NaN beside the surface and over its holes. */
  level(x, y) {
    const column = 0.5 * (1 + x / this.half[0]) * (this.columns - 1);
    const row = 0.5 * (1 + y / this.half[1]) * (this.rows - 1);
    const slack = 1e-6;
    const inside = column >= -slack && row >= -slack && column <= this.columns - 1 + slack && row <= this.rows - 1 + slack;
    return inside ? mixed(this.levels, this.rows, this.columns, row, column) : NaN;
  }

  /** How steep each vertex is, in levels for each length along x and y, `[2 n]`. */
  slopes() {
    const { rows, columns, levels, half } = this;
    const made = new Float32Array(2 * rows * columns);
    const [wide, deep] = [(2 * half[0]) / (columns - 1), (2 * half[1]) / (rows - 1)];
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const at = row * columns + column;
        made[2 * at] = slope(levels, at, column > 0 ? 1 : 0, column < columns - 1 ? 1 : 0) / wide;
        made[2 * at + 1] = slope(levels, at, row > 0 ? columns : 0, row < rows - 1 ? columns : 0) / deep;
      }
    }
    return made;
  }

  /** The triangles whose corners all have a level, counter-clockwise from above. */
  faces() {
    const { rows, columns, levels } = this;
    const made = [];
    for (let row = 0; row + 1 < rows; row += 1) {
      for (let column = 0; column + 1 < columns; column += 1) {
        const a = row * columns + column;
        const [b, c, d] = [a + 1, a + columns + 1, a + columns];
        if (Number.isFinite(levels[a] + levels[b] + levels[c] + levels[d])) made.push(a, b, c, a, c, d);
      }
    }
    return new Uint32Array(made);
  }

  /** The point that a ray meets first, `[x, y]`; none where it meets only holes. */
  met(from, along, tall) {
    const [near, far] = this.#through(from, along, tall);
    const steps = 800;
    let before = near;
    for (let index = 0; index <= steps && far > near; index += 1) {
      const now = near + (index / steps) * (far - near);
      if (this.#below(from, along, tall, now)) return this.#edge(from, along, tall, before, now);
      before = now;
    }
    return null;
  }

  #below(from, along, tall, far) {
    const [x, y, z] = from.map((start, axis) => start + far * along[axis]);
    return z <= tall * this.level(x, y);
  }

  #edge(from, along, tall, above, below) {
    for (let turn = 0; turn < 12; turn += 1) {
      const middle = 0.5 * (above + below);
      if (this.#below(from, along, tall, middle)) below = middle;
      else above = middle;
    }
    return [from[0] + below * along[0], from[1] + below * along[1]];
  }

  /** Between which distances a ray is inside the box around the surface. */
  #through(from, along, tall) {
    let [near, far] = [0, Infinity];
    [[-this.half[0], this.half[0]], [-this.half[1], this.half[1]], [-SLAB, 1.2 * tall]].forEach(([low, high], axis) => {
      const ends = [low, high].map((side) => (side - from[axis]) / (along[axis] || 1e-12));
      near = Math.max(near, Math.min(...ends));
      far = Math.min(far, Math.max(...ends));
    });
    return [near, far];
  }
}

/** A value between the cells of a grid, edges repeated. */
function mixed(values, rows, columns, row, column) {
  row = Math.min(rows - 1, Math.max(0, row));
  column = Math.min(columns - 1, Math.max(0, column));
  const top = Math.min(Math.floor(row), Math.max(0, rows - 2));
  const left = Math.min(Math.floor(column), Math.max(0, columns - 2));
  const [down, across] = [row - top, column - left];
  const [below, right] = [Math.min(top + 1, rows - 1) * columns, Math.min(left + 1, columns - 1)];
  const upper = values[top * columns + left] * (1 - across) + values[top * columns + right] * across;
  const lower = values[below + left] * (1 - across) + values[below + right] * across;
  return upper * (1 - down) + lower * down;
}

/** The difference across a vertex, of the neighbours that it has; level beside holes. */
function slope(levels, at, before, after) {
  const steps = (before > 0) + (after > 0);
  const found = steps ? (levels[at + after] - levels[at - before]) / steps : 0;
  return Number.isFinite(found) ? found : 0;
}
