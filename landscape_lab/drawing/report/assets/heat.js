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
    const { rows, columns, downwards, losses } = this;
    const cell = downwards ? (at) => at : (at) => (rows - 1 - Math.floor(at / columns)) * columns + (at % columns);
    return painted(columns, rows, this.colors, (at) => this.height(losses[cell(at)]));
  }
}

/** A picture whose pixels have the colours of heights from 0 to 1, `height(pixel)`; a hole where that is NaN. */
export function painted(width, height, colors, heightOf) {
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer); // four bytes at once
  const shades = new Uint32Array(rgba(colors).buffer);
  for (let at = 0; at < pixels.length; at += 1) {
    const drawn = heightOf(at);
    if (!Number.isNaN(drawn)) pixels[at] = shades[Math.round(255 * Math.min(1, Math.max(0, drawn)))];
  }
  const canvas = element("canvas", { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** 256 colours with three bytes each, with four. */
export function rgba(colors) {
  return Uint8Array.from({ length: 1024 }, (_, at) => (at % 4 === 3 ? 255 : colors[3 * (at >> 2) + (at % 4)]));
}
