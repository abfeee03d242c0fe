// One sensor's part of a calibration's verdict.

import { h } from "./dom.js";
import { icon, marker } from "./icons.js";
import { PLACEMENTS, placeName } from "./segments.js";

/** @param {string} placement @param {any} fit */
export function verdictRow(placement, fit) {
  const place = PLACEMENTS[/** @type {keyof typeof PLACEMENTS} */ (placement)];
  const sure = Number.isFinite(fit.sd_deg) ? `± ${(1.96 * fit.sd_deg).toFixed(0)}°` : "";
  return h("li", { class: fit.verdict }, place ? marker(/** @type {any} */ (place.shape), place.key) : null,
    h("span", {}, placeName(placement)), h("span", { class: "sure" }, sure), icon(fit.verdict === "good" ? "check" : "warning"));
}
