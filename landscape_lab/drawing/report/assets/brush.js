// Heights that are drawn by hand: an array of rows from 0, low, to 1, high.

import { painted } from "lab/heat";

export class Heights {
  constructor(width, height, values = new Float32Array(width * height).fill(0.5)) {
    Object.assign(this, { width, height, values });
  }

  /** The heights of a landscape as it is seen, its upper row first. */
  static of(heat, width, height) {
    const made = new Heights(width, height);
    for (let row = 0; row < height; row += 1) {
      const from = Math.floor(((row + 0.5) / height) * heat.rows);
      const seen = heat.downwards ? from : heat.rows - 1 - from;
      for (let column = 0; column < width; column += 1) {
        const at = seen * heat.columns + Math.floor(((column + 0.5) / width) * heat.columns);
        const drawn = heat.height(heat.losses[at]);
        made.values[row * width + column] = Number.isFinite(drawn) ? Math.min(1, Math.max(0, drawn)) : 1;
      }
    }
    return made;
  }

  /** The brightness of a picture. */
  static async read(file, side) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((size) => Math.max(8, Math.round(size * scale)));
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff"; // below what is transparent
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const grey = Float32Array.from({ length: width * height }, (_, at) => (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 765);
    return new Heights(width, height, grey);
  }

  /** Raise, lower or smooth what is around a pixel: `radius` in pixels, `strength` from 0 to 1. */
  dab(tool, column, row, radius, strength) {
    const before = tool === "smooth" ? this.values.slice() : this.values;
    const within = (value, most) => Math.min(most - 1, Math.max(0, Math.round(value)));
    for (let y = within(row - radius, this.height); y <= within(row + radius, this.height); y += 1) {
      for (let x = within(column - radius, this.width); x <= within(column + radius, this.width); x += 1) {
        const far = Math.hypot(x - column, y - row) / radius;
        if (far >= 1) continue;
        const share = strength * (1 - far * far) ** 2; // smooth where it ends
        const at = y * this.width + x;
        const wanted = tool === "raise" ? before[at] + share : tool === "lower" ? before[at] - share : before[at] + Math.min(1, 4 * share) * (this.#mean(before, x, y) - before[at]);
        this.values[at] = Math.min(1, Math.max(0, wanted));
      }
    }
  }

  #mean(values, x, y) {
    let sum = 0;
    let count = 0;
    for (let row = Math.max(0, y - 2); row <= Math.min(this.height - 1, y + 2); row += 1) {
      for (let column = Math.max(0, x - 2); column <= Math.min(this.width - 1, x + 2); column += 1) {
        sum += values[row * this.width + column];
        count += 1;
      }
    }
    return sum / count;
  }

  /** 16 bits each, in base64. */
  packed() {
    const numbers = Uint8Array.from({ length: 2 * this.values.length }, (_, at) => (Math.round(this.values[at >> 1] * 65535) >> (at % 2 ? 8 : 0)) & 255);
    let text = "";
    for (let at = 0; at < numbers.length; at += 4096) text += String.fromCharCode(...numbers.subarray(at, at + 4096));
    return btoa(text);
  }

  /** As a picture in the colours of a map. */
  picture(colors) {
    return painted(this.width, this.height, colors, (at) => this.values[at]);
  }
}
