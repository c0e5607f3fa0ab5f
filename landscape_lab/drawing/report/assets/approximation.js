// Shapes beside the picture that they approximate, as they looked at the present step.

import { element, section } from "lab/elements";
import { lastBefore } from "lab/numbers";

export function show({ target, steps, frames }, { root, store }) {
  const now = element("img", { alt: "" });
  const told = element("figcaption");
  store.watch(["step"], () => {
    const frame = lastBefore(steps, store.get("step"));
    if (now.src !== frames[frame]) now.src = frames[frame];
    now.alt = `The shapes in step ${steps[frame]}`;
    told.textContent = `its approximation in step ${steps[frame].toLocaleString("en")}`;
  });
  const whole = element("img", { src: target, alt: "The picture" });
  const picture = element("figure", {}, whole, element("figcaption", {}, "the picture"));
  root.append(section("Approximation", element("div", { className: "pictures" }, picture, element("figure", {}, now, told))));
}
