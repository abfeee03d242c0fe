// Drill choice and buttons. Exactly one is filled: the one to press next.

import { allow, h, isAllowed } from "./dom.js";
import { isCalibrated, isLeading } from "./guide.js";
import { icon } from "./icons.js";
import { DRILLS } from "./segments.js";
import { say, text } from "./words.js";

const REMEMBER = "torso.drill";

const LABELS = Object.freeze({ start: text("Start"), stop: text("Stop"), pause: text("Pause"), play: text("Play") });

/**
 * @typedef {object} Actions
 * @property {() => void} startOrStop @property {() => void} calibrate
 * @property {() => void} mark @property {() => void} rezero @property {() => void} big
 */

export class Controls {
  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    const button = (/** @type {any} */ name, /** @type {string} */ words, /** @type {string} */ key, /** @type {() => void} */ act, does = words) =>
      h("button", { type: "button", class: `action ${name}`, onclick: (/** @type {MouseEvent} */ { currentTarget }) => {
        if (isAllowed(/** @type {Element} */ (currentTarget))) act();
      }, title: key ? `${does} (${key})` : does }, icon(name), h("span", {}, words));
    this.calibrate = button("calibrate", say("Calibrate"), "", actions.calibrate, say("Teach the sensors how they sit on you"));
    this.mark = button("mark", say("Mark"), "M", actions.mark, say("Set a mark in the recording"));
    this.rezero = button("rezero", say("Re-zero"), "Z", actions.rezero, say("Take the next still second as the middle"));
    this.big = button("big", say("Big"), "B", actions.big, say("Large enough to be read from three metres"));
    this.start = button("start", say("Start"), say("space"), actions.startOrStop);
    this.options = Object.entries(DRILLS).map(([activity, drill]) => ({
      activity,
      input: /** @type {HTMLInputElement} */ (h("input", { type: "radio", name: "drill", value: activity })),
      name: drill.name,
    }));
    const remembered = remember();
    for (const option of this.options) {
      option.input.checked = option.activity === remembered;
      option.input.addEventListener("change", () => remember(option.activity));
    }
    this.choice = h("fieldset", { class: "choice" }, h("legend", {}, say("Drill")),
      ...this.options.map((option) => h("label", {}, option.input, h("span", {}, say(option.name)))));
    this.element = h("div", { class: "controls" }, this.choice, this.big, this.calibrate, this.mark, this.rezero, this.start);
    this.running = false;
  }

  /** @returns {string} the chosen drill */
  get drill() {
    return this.options.find((option) => option.input.checked)?.activity ?? this.options[0].activity;
  }

  /** @param {keyof Actions} action @returns {boolean} whether its button can be pressed */
  allows(action) {
    return isAllowed({ startOrStop: this.start, calibrate: this.calibrate, mark: this.mark, rezero: this.rezero, big: this.big }[action]);
  }

  /** @param {any} snapshot @param {boolean} connected */
  show(snapshot, connected) {
    const led = isLeading(snapshot?.guide ?? null);
    const busy = led || snapshot?.state === "drill" || snapshot?.state === "calibrating";
    this.running = snapshot?.state === "drill" || Boolean(snapshot?.recording);
    for (const option of this.options) {
      option.input.disabled = busy;
      if (snapshot?.drill && snapshot.state === "drill") option.input.checked = option.activity === snapshot.drill;
    }
    // What is played has been done: there is nothing to start or mark, only to hold.
    const played = snapshot?.source?.kind === "replay";
    for (const element of [this.choice, this.big, this.calibrate, this.mark, this.rezero]) element.hidden = played;
    const usable = connected && !played && ["idle", "ended", "drill", "calibrating"].includes(snapshot?.state);
    const waiting = led || snapshot?.state === "calibrating";
    allow(this.start, played ? connected : usable && (this.running || !waiting));
    allow(this.calibrate, usable && !this.running && !waiting);
    allow(this.mark, usable && this.running);
    allow(this.rezero, usable && !waiting);
    const calibrateNext = usable && !this.running && !waiting && !isCalibrated(snapshot.calibration);
    this.start.classList.toggle("primary", !calibrateNext);
    this.calibrate.classList.toggle("primary", calibrateNext);
    this.#label(!played ? this.running ? "stop" : "start" : snapshot.paused ? "play" : "pause");
  }

  /** @param {keyof typeof LABELS} name */
  #label(name) {
    if (this.start.classList.contains(`is-${name}`)) return;
    this.start.classList.remove(...Object.keys(LABELS).map((label) => `is-${label}`));
    this.start.classList.add(`is-${name}`);
    const words = say(LABELS[name]);
    this.start.replaceChildren(icon(name === "play" ? "start" : name), h("span", {}, words));
    this.start.title = `${words} (${say("space")})`;
  }
}

/**
 * The drill chosen last on this computer; storage may be forbidden, then it is simply not kept.
 * @param {string} [activity] @returns {string}
 */
function remember(activity) {
  const first = Object.keys(DRILLS)[0];
  try {
    if (activity) localStorage.setItem(REMEMBER, activity);
    const kept = localStorage.getItem(REMEMBER) ?? first;
    return kept in DRILLS ? kept : first;
  } catch {
    return activity ?? first;
  }
}

const KEYS = Object.freeze({ " ": "startOrStop", m: "mark", z: "rezero", b: "big" });

/**
 * Space, M, Z and B, unless the person is typing or a button has the focus; links know no space.
 * @param {KeyboardEvent} event @returns {keyof Actions | null}
 */
export function keyAction(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const target = /** @type {HTMLElement | undefined} */ (event.composedPath()[0]);
  const typing = target?.matches?.("input:not([type=radio]), textarea, select, [contenteditable]");
  if (typing || (event.key === " " && target?.matches?.("button, summary, input, [role=button]"))) return null;
  return /** @type {any} */ (KEYS)[event.key.toLowerCase()] ?? null;
}
