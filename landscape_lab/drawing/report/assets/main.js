// The page: its content is read, and each part that it has is shown.

import { unpacked } from "lab/arrays";
import { costs, curves, spread } from "lab/curves";
import { element } from "lab/elements";
import { facts } from "lab/facts";
import { ground, grounds } from "lab/grounds";
import { Heat } from "lab/heat";
import { legend } from "lab/legend";
import { MapView } from "lab/map";
import { Path } from "lab/paths";
import { space } from "lab/space";
import { among, Store, within } from "lab/store";
import { theme, THEMES } from "lab/theme";
import { lastStep, SPEEDS, timeline } from "lab/timeline";

/** Resolved when all else has been painted: the surface may take its time. */
let painted;
const shown = new Promise((resolve) => (painted = resolve));

async function show() {
  const root = document.getElementById("page");
  const { grounds: several = [], ...told } = JSON.parse(document.getElementById("content").textContent);
  const content = await unpacked({ ...told, ...several[ground(several)] });
  const paths = (content.paths ?? []).map((trace, number) => new Path(number, trace));
  for (const path of paths) path.behind = paths.length > 1 && path.lost;
  const store = new Store(
    {
      step: lastStep(paths),
      playing: false,
      speed: 1,
      hidden: [],
      against: "steps",
      log: !paths.length || spread(paths, content.map?.lowest),
      theme: "system",
    },
    { step: within(0, lastStep(paths)), speed: among(SPEEDS), against: among(costs(paths)), theme: among(THEMES) },
  );
  const page = { root, content, paths, store, shown, heat: content.map ? new Heat(content.map) : null };
  const heading = element("header", {}, element("h1", {}, content.title), element("p", {}, content.about), theme(store));
  root.append(heading);
  if (several.length) root.append(grounds(several, store));
  if (page.heat) {
    page.map = new MapView({ ...page, minima: content.minima });
    page.stage = element("div", { className: "stage" }, page.map.element);
    page.stage.append(space(page));
    page.timeline = timeline(page);
    root.append(page.stage);
    if (content.map.note) root.append(element("p", { className: "note" }, `The map: ${content.map.note}.`));
    root.append(...(paths.length ? [page.timeline, curves(page), legend(page)] : []));
  }
  for (const [name, section] of Object.entries(content.sections)) {
    const part = await import(`lab/${name}`);
    await part.show(section, page);
  }
  root.append(...facts(page));
  root.setAttribute("aria-busy", "false");
}

show()
  .catch((error) => {
    document.getElementById("page").append(element("p", { role: "alert" }, `This page could not be drawn: ${error.message}`));
    throw error;
  })
  .finally(() =>
    requestAnimationFrame(() =>
      setTimeout(() => {
        performance.mark("shown"); // for who measures
        painted();
      }),
    ),
  );
