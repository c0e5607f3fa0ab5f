// A choice of landscape, on a page that has several: the page is shown anew with the other one.

import { choice } from "lab/elements";

const OWN = ["step", "playing", "hidden", "rates_on"];

/** The number of the landscape that the address names. */
export function ground(grounds) {
  const number = Number(new URLSearchParams(location.hash.slice(1)).get("ground"));
  return number in grounds ? number : 0;
}

/** The list of landscapes. What belongs to one of them is forgotten on the way to another. */
export function grounds(all, store) {
  const names = all.map((one, number) => [number, one.ground]);
  return choice("landscape", names, ground(all), (number) => {
    clearTimeout(store.waiting);
    const words = new URLSearchParams(location.hash.slice(1));
    for (const name of OWN) words.delete(name);
    words.set("ground", number);
    history.replaceState(null, "", `#${words}`);
    location.reload();
  });
}
