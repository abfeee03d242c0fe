// One quiet row per sensor; words only where something needs a hand.

import { h, setAttribute, setText } from "./dom.js";
import { icon, marker } from "./icons.js";
import { PLACEMENTS, placeName } from "./segments.js";
import { say } from "./words.js";

const LOW_BATTERY_PERCENT = 15;

/** @typedef {"fine" | "attention" | "lost"} Condition */

/** @param {any} sensor @returns {Condition} */
export function conditionOf(sensor) {
  if (sensor.state === "lost") return "lost";
  if (sensor.state !== "streaming" || sensor.words) return "attention";
  const battery = sensor.battery_percent;
  return typeof battery === "number" && battery < LOW_BATTERY_PERCENT ? "attention" : "fine";
}

/** @param {any} sensor @returns {string} figures for those who look */
export function figuresOf(sensor) {
  const figures = [];
  if (Number.isFinite(sensor.rate_hz)) figures.push(`${sensor.rate_hz.toFixed(0)} Hz`);
  if (Number.isFinite(sensor.loss)) figures.push(say("{percent} % lost", { percent: (100 * sensor.loss).toFixed(1) }));
  if (Number.isFinite(sensor.rssi_dbm)) figures.push(`${sensor.rssi_dbm} dBm`.replace("-", "−"));
  return figures.join(" · ");
}

/** @param {any} sensor @returns {string} */
export function wordsOf(sensor) {
  if (sensor.words) return say(sensor.words);
  if (sensor.state === "connecting") return say("Connecting…");
  if (sensor.state === "stalled") return say("No data just now. Move the sensor closer to the computer.");
  if (sensor.state === "lost") return say("Lost. It reconnects by itself once it is in reach.");
  return conditionOf(sensor) === "attention" ? say("Battery low. Charge it before the next session.") : "";
}

const ICONS = Object.freeze({ fine: "check", attention: "warning", lost: "lost" });

/** @param {any} sensor */
function row(sensor) {
  const condition = conditionOf(sensor);
  const placement = PLACEMENTS[/** @type {keyof typeof PLACEMENTS} */ (sensor.placement)];
  const words = wordsOf(sensor);
  const battery = typeof sensor.battery_percent === "number" ? sensor.battery_percent : null;
  return h("li", { class: `sensor ${condition}`, "data-state": sensor.state, title: sensor.name },
    icon(/** @type {any} */ (ICONS[condition])),
    placement ? marker(/** @type {any} */ (placement.shape), placement.key) : null,
    h("span", { class: "name" }, placeName(sensor.placement)),
    h("span", { class: "figures" }, figuresOf(sensor)),
    battery === null ? h("span", { class: "battery" }) : batteryOf(battery),
    words ? h("p", { class: "words" }, words) : null);
}

/** @param {number} percent */
function batteryOf(percent) {
  return h("span", { class: `battery${percent < LOW_BATTERY_PERCENT ? " low" : ""}`, "aria-label": say("battery {percent} %", { percent }) },
    h("span", { class: "cell", style: `--fill:${percent}%` }), `${percent} %`);
}

export class HealthCard {
  constructor() {
    this.summary = h("span", { class: "aside" });
    this.list = h("ul", { class: "sensor-list" });
    this.notes = h("ul", { class: "flag-list", "aria-label": say("What else to know") });
    this.element = h("section", { class: "card health", "aria-label": say("Sensors") },
      h("header", {}, h("h2", {}, say("Sensors")), this.summary), this.list, this.notes);
    this.key = "";
  }

  /** @param {any} snapshot */
  show(snapshot) {
    const { sensors, flags } = snapshot;
    const key = JSON.stringify([sensors.map((/** @type {any} */ s) => [s.sensor, s.placement, wordsOf(s), conditionOf(s), figuresOf(s), s.battery_percent, s.state]), flags]);
    if (key === this.key) return;
    this.key = key;
    this.list.replaceChildren(...sensors.map(row));
    this.notes.replaceChildren(...flags.map((/** @type {any} */ flag) => h("li", {}, say(flag.words))));
    // What does not fit scrolls, and who has no mouse must be able to go there.
    setAttribute(this.notes, "tabindex", flags.length ? "0" : null);
    const fine = sensors.filter((/** @type {any} */ s) => conditionOf(s) === "fine").length;
    setText(this.summary, sensors.length ? say("{fine} of {all} fine", { fine, all: sensors.length }) : say("none found"));
    this.summary.classList.toggle("bad", fine < sensors.length);
  }
}
