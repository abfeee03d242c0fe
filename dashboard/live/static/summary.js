// Share bars on the session page: the same drawing as live, from data that Python hands over.

import { h } from "./dom.js";
import { marker } from "./icons.js";
import { readPalette } from "./palette.js";
import { SEGMENTS } from "./segments.js";
import { useSettings } from "./settings.js";
import { ShareBar, intervalWords, isEstimated, shareValues, whiskerKey } from "./shares.js";
import { say, useWords } from "./words.js";

/**
 * @typedef {object} Row
 * @property {string} title @property {string} note
 * @property {import("./shares.js").Shares} shares @property {string} split_source
 */

/** @param {Row} row */
function barRow(row) {
  const bar = new ShareBar();
  bar.show(shareValues(row.shares), isEstimated(row.split_source), row.shares);
  return h("div", { class: "share-row" },
    h("div", { class: "share-name" }, h("span", { class: "title" }, row.title), h("span", { class: "note" }, row.note)),
    h("div", { class: "share-bar" }, bar.element, h("div", { class: "share-interval" }, intervalWords(row.shares))));
}

/**
 * Draw the rows; called again whenever data or theme change.
 * @param {{parentElement: ShadowRoot | HTMLElement, data: {rows: Row[], settings: object, words: Record<string, string>}}} component
 * @returns {() => void}
 */
export function mount({ parentElement: parent, data }) {
  useWords(data.words);
  useSettings(data.settings);
  parent.querySelector(".torso-live")?.remove();
  const legend = h("div", { class: "legend" },
    ...SEGMENTS.map((s) => h("span", {}, marker(s.shape, s.key), say(s.name))),
    h("span", {}, whiskerKey(), "95 %"));
  const root = h("div", { class: "torso-live summary" }, ...data.rows.map(barRow), legend);
  parent.append(root);
  readPalette(root);
  return () => root.remove();
}
