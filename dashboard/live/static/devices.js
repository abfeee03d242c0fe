// The Devices page: which sensor is worn where, how each is doing, and what is in reach.

import { allow, h, isAllowed, replaceItems, setAttribute, setText, svg } from "./dom.js";
import { conditionOf, wordsOf } from "./health.js";
import { marker } from "./icons.js";
import { readPalette } from "./palette.js";
import { PLACEMENTS, placeName } from "./segments.js";
import { useSettings } from "./settings.js";
import { LiveSocket, liveAddress } from "./socket.js";
import { say, text, useWords } from "./words.js";

const HOW = Object.freeze({
  pelvis: text("Flat on the sacrum, between the two dimples."),
  thoracolumbar: text("On the spine where the last ribs meet it. May be left out."),
  upper_back: text("On the spine just below the prominent bone of the neck."),
});

const STATES = Object.freeze({
  connecting: text("Connecting…"),
  streaming: text("Sending"),
  stalled: text("Silent; waiting for it"),
  lost: text("Lost; it is being looked for"),
});

const AT = Object.freeze({ upper_back: [80, 52], thoracolumbar: [80, 118], pelvis: [80, 168] });

const WEAK_DBM = -85;
const FAIR_DBM = -70;
const GOOD_CLOCK_MS = 2;
const FAIR_CLOCK_MS = 8;
const HIGH_LOSS = 0.05;

/** How long an answer stays readable before the state of things is said again. */
const ANSWER_MS = 7000;

/** @param {number | null} dbm @returns {{words: string, poor: boolean}} */
export function signalWords(dbm) {
  if (dbm === null || !Number.isFinite(dbm)) return { words: "–", poor: false };
  const grade = dbm >= FAIR_DBM ? say("strong") : dbm >= WEAK_DBM ? say("fair") : say("weak");
  return { words: `${grade} (${String(dbm).replace("-", "−")} dBm)`, poor: dbm < WEAK_DBM };
}

/** @param {number | null} sd_ms @returns {{words: string, poor: boolean}} */
export function clockWords(sd_ms) {
  if (sd_ms === null || !Number.isFinite(sd_ms)) return { words: "–", poor: false };
  const grade = sd_ms <= GOOD_CLOCK_MS ? say("good") : sd_ms <= FAIR_CLOCK_MS ? say("fair") : say("poor");
  return { words: `${grade} (± ${sd_ms.toFixed(1)} ms)`, poor: sd_ms > FAIR_CLOCK_MS };
}

/** The picture of a back with the three places. */
function back() {
  const places = Object.entries(AT).flatMap(([place, [x, y]]) => {
    const { key, shape } = PLACEMENTS[/** @type {keyof typeof PLACEMENTS} */ (place)];
    const sign = marker(/** @type {any} */ (shape), key);
    for (const [name, value] of Object.entries({ x: x - 8, y: y - 8, width: 16, height: 16 })) sign.setAttribute(name, String(value));
    return [sign, svg("text", { x: x + 14, y: y + 4 }, placeName(place))];
  });
  return svg("svg", { class: "back", viewBox: "0 0 160 210", role: "img", "aria-label": say("A back with the places of the sensors") },
    svg("path", { class: "skin", d: "M68 4h24v18c14 6 34 6 44 16l8 56-14 4-10-34c-4 30-6 46-2 66 10 20 14 40 14 76H28c0-36 4-56 14-76 4-20 2-36-2-66L30 98l-14-4 8-56c10-10 30-10 44-16z" }),
    svg("path", { class: "vertebrae", d: "M80 24v160" }), ...places);
}

class Devices {
  /** @param {ShadowRoot | HTMLElement} parent */
  constructor(parent) {
    /** @type {any} */
    this.snapshot = null;
    this.keys = { worn: "", near: "" };
    /** @type {Map<string, string>} what was chosen for a place and is not worn yet */
    this.picked = new Map();
    this.answeredAt_ms = -ANSWER_MS;
    this.words = h("p", { class: "coach", role: "status" }, say("Connecting…"));
    this.choices = Object.keys(HOW).reverse().map((place) => {
      const id = `place-${place}`;
      const select = /** @type {HTMLSelectElement} */ (h("select", { id, onchange: () => this.#pick(place, select.value) }));
      const { key, shape } = PLACEMENTS[/** @type {keyof typeof PLACEMENTS} */ (place)];
      const element = h("div", { class: "place" }, marker(/** @type {any} */ (shape), key),
        h("label", { for: id }, placeName(place)), h("p", {}, say(HOW[/** @type {keyof typeof HOW} */ (place)])), select);
      return { place, select, element };
    });
    this.wear = this.#button(say("Wear these"), () => this.#wear());
    this.look = this.#button(say("Look for sensors"), () => this.#ask("scan"));
    this.news = h("p", { class: "aside", role: "status" });
    this.list = h("ul", { tabindex: -1, "aria-label": say("Worn sensors") });
    this.around = h("ul", { tabindex: -1, "aria-label": say("In reach") });
    const section = (/** @type {string} */ title, /** @type {any[]} */ ...children) =>
      h("section", { class: "card", "aria-label": title }, h("header", {}, h("h2", {}, title)), ...children);
    this.root = h("div", { class: "torso-live devices" }, this.words,
      section(say("Where each goes"), back(), ...this.choices.map((choice) => choice.element), this.wear),
      h("div", { class: "torso-column" }, section(say("Worn sensors"), this.list),
        section(say("In reach"), this.look, this.news, this.around)));
    parent.append(this.root);
    this.refreshTheme();
    this.socket = new LiveSocket(liveAddress(), {
      onFrames: () => {},
      onSnapshot: (snapshot) => this.#show(snapshot),
      onConnection: (connection) => {
        setAttribute(this.root, "data-connection", connection);
        if (connection !== "open" && connection !== "connecting") setText(this.words, say("Not connected. Wait for the connection to return, then try again."));
      },
    });
  }

  /** @param {string} words @param {() => void} act @param {string} [what]  in a list: which it is */
  #button(words, act, what) {
    const button = h("button", { type: "button", class: "action", "data-what": what ?? null, onclick: () => {
      if (isAllowed(button)) act();
    } }, words);
    return button;
  }

  /** @param {any} snapshot */
  #show(snapshot) {
    this.snapshot = snapshot;
    const { sensors, nearby } = snapshot;
    const well = sensors.filter((/** @type {any} */ s) => conditionOf(s) === "fine").length;
    if (performance.now() - this.answeredAt_ms > ANSWER_MS) {
      setAttribute(this.words, "data-level", null);
      setText(this.words, nearby ? say("{fine} of {all} fine", { fine: well, all: sensors.length })
        : say("These sensors are simulated: nothing need be chosen. With real ones, start torso dashboard."));
    }
    setText(this.news, nearby ? say(nearby.words) : "");
    allow(this.look, Boolean(nearby) && !nearby.busy);
    const worn = JSON.stringify([sensors.map((/** @type {any} */ s) => [s.sensor, s.placement, s.name, s.trouble === "not_chosen"]), Boolean(nearby)]);
    const near = JSON.stringify(nearby?.sensors ?? []);
    if (worn !== this.keys.worn) replaceItems(this.list, sensors.map((/** @type {any} */ s) => this.#device(s)));
    if (near !== this.keys.near) replaceItems(this.around, (nearby?.sensors ?? []).map((/** @type {any} */ s) => this.#found(s)));
    if (worn !== this.keys.worn || near !== this.keys.near) this.#offer(sensors, nearby?.sensors ?? []);
    this.keys = { worn, near };
    this.#showFigures(sensors);
  }

  /** @param {any} sensor */
  #device(sensor) {
    const { key, shape } = PLACEMENTS[/** @type {keyof typeof PLACEMENTS} */ (sensor.placement)];
    const real = Boolean(this.snapshot.nearby) && sensor.trouble !== "not_chosen";
    const what = (/** @type {string} */ which) => `${which} ${sensor.sensor}`;
    const rename = () => this.#ask("rename", { sensor: sensor.sensor, called: name.value });
    const name = /** @type {HTMLInputElement} */ (h("input", { value: sensor.name, maxlength: 40, "data-what": what("name"), "aria-label": say("Name of the sensor"),
      onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") rename(); } }));
    const buttons = real ? [
      this.#button(say("Blink"), () => this.#ask("identify", { sensor: sensor.sensor }), what("blink")), name,
      this.#button(say("Rename"), rename, what("rename")),
      this.#button(say("Forget"), () => this.#ask("forget", { sensor: sensor.sensor }), what("forget")),
    ] : [];
    return h("li", { class: "device", "data-sensor": sensor.sensor },
      h("h3", {}, marker(/** @type {any} */ (shape), key), placeName(sensor.placement), h("span", { class: "aside" }, sensor.name)),
      h("dl", {}), h("p", { class: "todo", hidden: true }), h("div", { class: "buttons" }, ...buttons));
  }

  /** @param {any[]} sensors  the figures change all the time; buttons and fields must not */
  #showFigures(sensors) {
    for (const element of this.list.children) {
      const sensor = sensors.find((s) => s.sensor === element.getAttribute("data-sensor"));
      if (!sensor) continue;
      const figures = figuresOf(sensor);
      const dl = /** @type {Element} */ (element.querySelector("dl"));
      dl.replaceChildren(...figures.map(([title, { words, poor }]) =>
        h("div", {}, h("dt", {}, title), h("dd", {}, h("span", { class: poor ? "poor" : "" }, words)))));
      const todo = /** @type {HTMLElement} */ (element.querySelector(".todo"));
      const words = wordsOf(sensor);
      todo.hidden = words === "";
      setText(todo, words);
    }
  }

  /** @param {any} sensor */
  #found(sensor) {
    return h("li", { class: "device" },
      h("h3", {}, sensor.name ?? sensor.sensor, h("span", { class: "aside" }, `${sensor.family} · ${signalWords(sensor.rssi_dbm).words}`)),
      h("div", { class: "buttons" }, this.#button(say("Blink"), () => this.#ask("identify", { sensor: sensor.sensor }), `blink ${sensor.sensor}`)));
  }

  /** @param {any[]} worn @param {any[]} near */
  #offer(worn, near) {
    const chosen = worn.filter((s) => s.trouble !== "not_chosen");
    for (const { place, select } of this.choices) {
      const present = chosen.find((s) => s.placement === place)?.sensor ?? near.find((s) => s.placement === place)?.sensor ?? "";
      const options = new Map([...chosen, ...near].map((s) => [s.sensor, s.name ?? s.sensor]));
      select.replaceChildren(h("option", { value: "" }, say("none")),
        ...[...options].map(([sensor, name]) => h("option", { value: sensor }, name)));
      const picked = this.picked.get(place);
      select.value = picked === "" || options.has(picked ?? "") ? picked ?? "" : present;
      select.disabled = !this.snapshot.nearby;
    }
    this.#mayWear();
  }

  /** @param {string} place @param {string} sensor */
  #pick(place, sensor) {
    this.picked.set(place, sensor);
    this.#mayWear();
  }

  #mayWear() {
    const picked = this.choices.map(({ select }) => select.value).filter(Boolean);
    const twice = new Set(picked).size < picked.length;
    const now = (/** @type {string} */ place) => this.snapshot.sensors.find((/** @type {any} */ s) => s.placement === place && s.trouble !== "not_chosen")?.sensor ?? "";
    const changed = this.choices.some(({ place, select }) => select.value !== now(place));
    const may = this.snapshot.nearby && !twice && changed && picked.length > 0;
    allow(this.wear, may);
    this.wear.classList.toggle("primary", may);
  }

  async #wear() {
    const done = await this.#ask("wear", { placements: Object.fromEntries(this.choices.map(({ place, select }) => [place, select.value])) });
    if (done) this.picked.clear();
  }

  /** @param {string} name @param {Record<string, unknown>} [fields] @returns {Promise<boolean>} */
  async #ask(name, fields) {
    const reply = await this.socket.command(name, fields);
    this.answeredAt_ms = performance.now();
    setText(this.words, reply.ok ? say("Done.") : say(reply.words ?? text("That did not work. Try again.")));
    setAttribute(this.words, "data-level", reply.ok ? null : "amber");
    return reply.ok;
  }

  /** Read the theme again. */
  refreshTheme() {
    readPalette(this.root);
  }

  /** Let go of everything. */
  close() {
    this.socket.close();
    this.root.remove();
  }
}

/** @param {any} sensor @returns {Array<[string, {words: string, poor: boolean}]>} */
export function figuresOf(sensor) {
  const state = STATES[/** @type {keyof typeof STATES} */ (sensor.state)] ?? sensor.state;
  const battery = sensor.battery_percent;
  return [
    [say("State"), { words: say(state), poor: sensor.state !== "streaming" }],
    [say("Battery"), { words: battery === null ? "–" : `${battery} %`, poor: battery !== null && battery < 15 }],
    [say("Signal"), signalWords(sensor.rssi_dbm)],
    [say("Rate"), { words: Number.isFinite(sensor.rate_hz) ? `${sensor.rate_hz.toFixed(0)} Hz` : "–", poor: false }],
    [say("Lost"), { words: `${(100 * sensor.loss).toFixed(1)} %`, poor: sensor.loss > HIGH_LOSS }],
    [say("Clock"), clockWords(sensor.clock_sd_ms)],
  ];
}

/** @type {WeakMap<object, Devices>} */
const mounted = new WeakMap();

/**
 * Put the page into an element; Streamlit calls this again on every rerun.
 * @param {{parentElement: ShadowRoot | HTMLElement, data?: {settings?: object, words?: Record<string, string>}}} component
 * @returns {() => void} takes it away
 */
export function mount({ parentElement: parent, data }) {
  useWords(data?.words ?? {});
  useSettings(data?.settings ?? {});
  const page = mounted.get(parent) ?? new Devices(parent);
  mounted.set(parent, page);
  page.refreshTheme();
  return () => {
    mounted.get(parent)?.close();
    mounted.delete(parent);
  };
}
