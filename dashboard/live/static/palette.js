// Colours from Streamlit's theme, as its CSS variables give them.

/**
 * @typedef {object} Palette
 * @property {string} ink @property {string} muted @property {string} line
 * @property {string} card @property {string} page
 * @property {string} pelvis @property {string} lumbar @property {string} thoracic
 * @property {string} red @property {boolean} dark @property {string} font
 */

const SEGMENT_FALLBACK = ["#3643b1", "#bf4e00", "#0a7d73"];

/**
 * @param {string} color  any CSS colour that the canvas understands
 * @returns {number} relative luminance, 0…1
 */
export function luminance(color) {
  const match = /^#([0-9a-f]{6})$/i.exec(color.trim());
  const channels = match
    ? [0, 2, 4].map((i) => parseInt(match[1].slice(i, i + 2), 16))
    : (color.match(/[\d.]+/g) ?? ["255", "255", "255"]).slice(0, 3).map(Number);
  const [r, g, b] = channels.map((c) => {
    const s = c / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * Read the theme and hand the segment colours on to the style sheet.
 * @param {HTMLElement} root
 * @returns {Palette}
 */
export function readPalette(root) {
  const style = getComputedStyle(root);
  const read = (/** @type {string} */ name, /** @type {string} */ fallback) =>
    style.getPropertyValue(name).trim() || fallback;
  const page = read("--st-background-color", "#f5f6fa");
  const colors = read("--st-chart-categorical-colors", "").split(",");
  const segments = SEGMENT_FALLBACK.map((color, i) => colors[i]?.trim() || color);
  ["pelvis", "lumbar", "thoracic"].forEach((key, i) => root.style.setProperty(`--${key}`, segments[i]));
  const dark = luminance(page) < 0.2;
  root.dataset.theme = dark ? "dark" : "light";
  return {
    ink: read("--st-text-color", "#12141b"),
    muted: read("--st-gray-text-color", "#5a6072"),
    line: read("--st-border-color", "#dcdfe7"),
    card: read("--st-secondary-background-color", "#ffffff"),
    red: read("--st-red-text-color", "#a3262f"),
    font: style.fontFamily,
    page, dark,
    pelvis: segments[0], lumbar: segments[1], thoracic: segments[2],
  };
}
