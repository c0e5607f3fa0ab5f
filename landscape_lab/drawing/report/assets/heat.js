// The losses in the window: how high each is drawn, and in which colour, as `heights.py` has it.

import { element } from "lab/elements";
import { short } from "lab/numbers";

export class Heat {
  /** What `content.map` holds, and the height and the colour of each loss as `heights.py` draws them. */
  constructor(map) {
    Object.assign(this, map);
    [this.rows, this.columns] = map.losses.shape;
    [this.left, this.right, this.first, this.last] = map.window;
  }

  /** How high a loss is drawn, from 0 to 1; NaN for none. */
  height(loss) {
    const { logarithmic, low, floor, span } = this.heights;
    const drawn = logarithmic ? Math.log10(Math.max(loss - low, 0) + floor) : loss;
    return (drawn - span[0]) / (span[1] - span[0]);
  }

  /** The loss at a place, of the nearest cell; NaN outside. */
  loss([x, y]) {
    const column = Math.floor(((x - this.left) / (this.right - this.left)) * this.columns);
    const row = Math.floor(((y - this.first) / (this.last - this.first)) * this.rows);
    const inside = column >= 0 && column < this.columns && row >= 0 && row < this.rows;
    return inside ? this.losses[row * this.columns + column] : NaN;
  }

  /** A place and its loss in words; nothing where there is no loss. */
  told(place) {
    const loss = this.loss(place);
    const [x, y] = this.labels;
    return Number.isNaN(loss) ? "" : `${x} ${short(place[0])}, ${y} ${short(place[1])}: loss ${short(loss)}`;
  }

  /** The colours of all cells as a picture, its first row the uppermost. */
  picture() {
    const canvas = element("canvas", { width: this.columns, height: this.rows });
    const image = new ImageData(this.columns, this.rows);
    for (let row = 0; row < this.rows; row += 1) {
      const from = (this.downwards ? row : this.rows - 1 - row) * this.columns;
      for (let column = 0; column < this.columns; column += 1) {
        const height = this.height(this.losses[from + column]);
        if (Number.isNaN(height)) continue; // a hole
        const shade = 3 * Math.round(255 * Math.min(1, Math.max(0, height)));
        image.data.set([...this.colors.subarray(shade, shade + 3), 255], 4 * (row * this.columns + column));
      }
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }
}
