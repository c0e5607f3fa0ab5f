// The light that falls on all things in space, as the film's relief has it, and a soft sheen.

/** A vector or a number as shaders write it. */
export function vector(values) {
  const numbers = values.map((value) => value.toFixed(4));
  return numbers.length === 1 ? numbers[0] : `vec${numbers.length}(${numbers.join(", ")})`;
}

const TOWARDS = vector([-0.5, 0.45, 0.74]);

export const LIGHT = `
  const vec3 TOWARDS = ${TOWARDS};
  vec3 lit(vec3 tint, vec3 normal, vec3 seen) {
    float sheen = pow(max(dot(normal, normalize(normalize(TOWARDS) + seen)), 0.0), 12.0);
    return tint * (0.32 + 0.85 * max(dot(normal, TOWARDS), 0.0)) + 0.07 * sheen;
  }`;

/** A colour of a style sheet, `#rgb` or `#rrggbb`, as shares of red, green and blue. */
export function rgb(text) {
  const digits = text.slice(1);
  const each = digits.length < 6 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  return each.slice(0, 3).map((pair) => parseInt(pair, 16) / 255);
}
