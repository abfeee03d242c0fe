// Line icons on a 20 × 20 grid, drawn in the colour of the text beside them.

import { svg } from "./dom.js";

const PATHS = {
  start: ["M6.5 4.2v11.6l9-5.8z"],
  pause: ["M6.5 4.5v11M13.5 4.5v11"],
  stop: ["M5.5 5.5h9v9h-9z"],
  calibrate: ["M10 2.5v3M10 14.5v3M2.5 10h3M14.5 10h3", "M10 14a4 4 0 1 0 0-8 4 4 0 0 0 0 8z"],
  mark: ["M5 17.5v-15", "M5 3.5h9.5l-2.2 3.2 2.2 3.3H5"],
  rezero: ["M3.5 10a6.5 6.5 0 1 0 2-4.7", "M5.2 2.2v3.4h3.4", "M10 7v3l2.2 1.6"],
  big: ["M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5"],
  check: ["M4 10.5l4 4 8-9"],
  warning: ["M10 3l8 14H2z", "M10 8.2v4M10 14.4v.4"],
  lost: ["M4.5 4.5l11 11M15.5 4.5l-11 11"],
  left: ["M16 10H4.5M9 5.2L4.2 10 9 14.8"],
  right: ["M4 10h11.5M11 5.2l4.8 4.8-4.8 4.8"],
  close: ["M5.5 5.5l9 9M14.5 5.5l-9 9"],
};

/**
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const paths = PATHS[name].map((d) => svg("path", { d }));
  return svg("svg", { viewBox: "0 0 20 20", class: `icon icon-${name}`, "aria-hidden": "true" }, ...paths);
}

const MARKERS = {
  circle: () => svg("circle", { cx: 5, cy: 5, r: 4.4 }),
  square: () => svg("rect", { x: 1, y: 1, width: 8, height: 8 }),
  triangle: () => svg("path", { d: "M5 .6L9.8 9H.2z" }),
};

/**
 * A segment's marker.
 * @param {keyof typeof MARKERS} shape @param {string} key
 */
export function marker(shape, key) {
  return svg("svg", { viewBox: "0 0 10 10", class: `marker ${key}`, "aria-hidden": "true" }, MARKERS[shape]());
}
