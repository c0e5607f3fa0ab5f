// Elements of the page. Texts are set as text: nothing that comes from outside is read as HTML.

import { color, legible } from "lab/tints";

/** An element: `element("button", { title: "Play", onclick }, "▶")`; children are texts or elements. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on") || key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A section with a heading, which is hidden with it. */
export function section(title, ...children) {
  return element("section", { ariaLabel: title }, element("h2", {}, title), ...children);
}

/** A button of one sign, with words for who does not see it. */
export function button(sign, words, onclick, properties = {}) {
  return element("button", { type: "button", title: words, ariaLabel: words, onclick, ...properties }, sign);
}

/** A choice among words: a labelled `<select>`. */
export function choice(words, options, value, onchange) {
  const list = element("select", { onchange: () => onchange(list.value) });
  for (const [name, text] of options) list.append(element("option", { value: name }, text));
  list.value = value;
  return element("label", {}, `${words} `, list);
}

/** A switch: a labelled checkbox. */
export function toggle(words, checked, onchange) {
  const box = element("input", { type: "checkbox", checked, onchange: () => onchange(box.checked) });
  return element("label", {}, box, ` ${words}`);
}

/** A sample of a colour, or of several, as lines have them on a light and on a dark page. */
export function swatch(...tints) {
  const made = element("span", { className: "swatch" });
  const filled = (some) => (some.length > 1 ? `linear-gradient(90deg, ${some.join()})` : some[0]);
  made.style.setProperty("--tint", filled(tints));
  made.style.setProperty("--light", filled(tints.map((tint) => legible(tint, color("night")))));
  return made;
}

/** A button that copies a text. */
export function copying(text, words) {
  const made = button("copy", words, async () => {
    await navigator.clipboard.writeText(text);
    made.textContent = "copied";
  });
  return made;
}

/** Where an event is, in pixels of an element. */
export function pixelOf(event, shown) {
  const box = shown.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** A disc with an edge. */
export function dot(context, [x, y], radius, fill, edge) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 1.5;
  context.strokeStyle = edge;
  context.stroke();
}

/** A table of names and values. */
export function table(entries) {
  const rows = entries.map(([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)),
  );
  return element("table", {}, element("tbody", {}, ...rows));
}

/** A canvas that is as sharp as the screen; `draw(context, width, height)` is called when its size changes. */
export function drawing(words, draw) {
  const canvas = element("canvas", { role: "img", ariaLabel: words });
  let wanted = false;
  const redraw = () => {
    wanted = false;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    draw(context, width, height);
  };
  canvas.redraw = () => {
    if (!wanted) requestAnimationFrame(redraw);
    wanted = true;
  };
  new ResizeObserver(canvas.redraw).observe(canvas);
  return canvas;
}

/** What a canvas shows below what moves: `draw(context, width, height)` is called again after `renew()` or a new size. */
export function layer(canvas, draw) {
  const kept = document.createElement("canvas");
  let stale = true;
  const fresh = () => !stale && kept.width === canvas.width && kept.height === canvas.height;
  return {
    renew: () => (stale = true),
    draw: (context) => {
      if (!fresh()) {
        [kept.width, kept.height, stale] = [canvas.width, canvas.height, false];
        const below = kept.getContext("2d");
        below.setTransform(context.getTransform());
        draw(below, canvas.clientWidth, canvas.clientHeight);
      }
      context.drawImage(kept, 0, 0, canvas.clientWidth, canvas.clientHeight);
    },
  };
}
