// What the user chose on the Settings page, as far as the live view needs it.

/**
 * @typedef {object} Settings
 * @property {"standard" | "high_contrast"} palette
 * @property {"percent" | "tenths"} shares
 * @property {"left_up" | "right_up"} sides
 * @property {"off" | "tones" | "speech"} sound
 * @property {boolean} large_text
 * @property {boolean} comfortable_range
 * @property {string} language
 */

/** @type {Readonly<Settings>} */
const USUAL = Object.freeze({
  palette: "standard", shares: "percent", sides: "left_up", sound: "off",
  large_text: false, comfortable_range: false, language: "en",
});

/** @type {Readonly<Settings>} */
let chosen = USUAL;

/** @param {Partial<Settings>} settings  what is missing is as usual */
export function useSettings(settings) {
  chosen = Object.freeze({ ...USUAL, ...settings });
}

/** @returns {Readonly<Settings>} */
export function settings() {
  return chosen;
}
