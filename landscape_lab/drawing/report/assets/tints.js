// Colours of the style sheet and of lines, as numbers; lines that are seen on light and on dark pages.

const CONTRAST = 3; // of graphics, WCAG 2.1, 1.4.11
const DASHES = [[], [7, 4], [2, 3]];

/** A colour of the style sheet, light or dark. */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** A colour, `#rgb` or `#rrggbb`, as shares of red, green and blue. */
export function rgb(text) {
  const digits = text.slice(1);
  const each = digits.length < 6 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return each.slice(0, 3).map((pair) => parseInt(pair, 16) / 255);
}

/** The colour, as much lighter as it takes to differ from a ground; on a light one all of the palette differ as they are. */
export function legible(tint, ground = color("ground")) {
  const own = rgb(tint);
  const below = luminance(rgb(ground));
  for (let white = 0; white < 1; white += 0.05) {
    const mixed = own.map((part) => part + white * (1 - part));
    const above = luminance(mixed);
    const contrast = (Math.max(above, below) + 0.05) / (Math.min(above, below) + 0.05);
    if (contrast >= CONTRAST) return white ? `rgb(${mixed.map((part) => Math.round(255 * part)).join()})` : tint;
  }
  return tint;
}

function luminance(parts) {
  const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The colour of the n-th of several lines; where colours come again, another dash. */
export function lineOf(palette, number) {
  return { color: palette[number % palette.length], dash: DASHES[Math.floor(number / palette.length) % DASHES.length] };
}
