// The Calibrate page: one step after another, live whether it goes well, and only what failed again.
// The service judges; this page shows it large enough to be read from where one sits.

import { h, setAttribute, setText } from "./dom.js";
import { icon } from "./icons.js";
import { readPalette } from "./palette.js";
import { placeName } from "./segments.js";
import { settings, useSettings } from "./settings.js";
import { LiveSocket, liveAddress } from "./socket.js";
import { verdictRow } from "./verdict.js";
import { say, text, useWords } from "./words.js";

/** @typedef {"still" | "bow" | "turn" | "all_fours"} StepName */

const STEPS = Object.freeze({
  still: { title: text("Sit tall and still"), words: text("Feet flat, hands on the thighs, look ahead. Three still seconds are enough.") },
  bow: { title: text("Bow slowly, straight forward"), words: text("From the hips, back straight, to about 40°. Up again, and repeat.") },
  turn: { title: text("Turn left, then right"), words: text("Sit tall. Turn slowly to the left, come back, turn to the right, come back.") },
  all_fours: { title: text("On all fours, still"), words: text("Hands under shoulders, knees under hips. Needed only for the drill on all fours.") },
});

const STATES = Object.freeze({
  waiting: "", running: text("now"), checking: text("Checking…"), good: text("good"), failed: text("once more"), skipped: text("left out"),
});

const PATHS = Object.freeze({ whole: ["still", "bow", "turn", "all_fours"], quick: ["still", "bow"] });

/** Hints that only say what comes next. */
const NEXT = Object.freeze(["bow_waiting", "turn_left", "turn_right"]);

/**
 * What the page shows and offers. Pure.
 * @param {any} snapshot
 * @returns {{mode: "away" | "busy" | "begin" | "leading" | "failed" | "done", path: "whole" | "quick"}}
 */
export function modeOf(snapshot) {
  const { wizard, state } = snapshot;
  const path = wizard?.path ?? "whole";
  if (snapshot.source?.kind === "replay" || state === "connecting" || state === "failed") return { mode: "away", path };
  if (state === "drill" || snapshot.recording) return { mode: "busy", path };
  if (!wizard) return { mode: "begin", path };
  const current = wizard.steps[wizard.step];
  if (!current) return { mode: "done", path };
  return { mode: current.state === "failed" ? "failed" : "leading", path };
}

/**
 * Whether the steps that take 20 seconds are enough: all were done before, by this person.
 * @param {any} snapshot @returns {boolean}
 */
export function returning(snapshot) {
  const otherPerson = snapshot.calibration_doubts.some((/** @type {any} */ doubt) => doubt.code === "calibration_of_another");
  return Boolean(snapshot.wearer?.calibrated) || (snapshot.wizard?.steps.length === PATHS.whole.length && modeOf(snapshot).mode === "done" && !otherPerson);
}

/** @param {{placement: string | null, words: string}} said @returns {string} */
function sentence({ placement, words }) {
  return placement ? `${placeName(placement)}: ${say(words)}` : say(words);
}

class Calibrate {
  /** @param {ShadowRoot | HTMLElement} parent @param {string[]} people */
  constructor(parent, people) {
    /** @type {any} */
    this.snapshot = null;
    /** @type {(wish: {page: string}) => void} */
    this.go = () => {};
    this.refused = "";
    this.heard = h("p", { class: "coach", role: "status" }, say("Connecting…"));
    this.who = /** @type {HTMLInputElement} */ (h("input", { id: "wearer", list: "people", maxlength: 80, autocomplete: "off", placeholder: say("nobody in particular"), onchange: () => this.#ask("wearer", { person: this.who.value.trim() }) }));
    this.known = h("p", { class: "aside" });
    this.rows = h("ol", { class: "wizard-steps" });
    this.title = h("h2", { class: "wizard-title" });
    this.words = h("p", { class: "wizard-words" });
    this.count = h("span", { class: "ring-words" });
    this.ring = h("div", { class: "ring", role: "progressbar", "aria-label": say("This step"), "aria-valuemin": 0, "aria-valuemax": 100 }, this.count);
    this.seen = h("p", { class: "wizard-seen" });
    this.hint = h("p", { class: "wizard-hint", role: "status" });
    this.sensors = h("ul", { class: "verdicts" });
    this.first = this.#button("primary", () => this.#press(this.first));
    this.second = this.#button("", () => this.#press(this.second));
    this.third = this.#button("", () => this.#press(this.third));
    this.stage = h("section", { class: "card wizard", "aria-label": say("This step"), tabindex: "-1" }, this.title, this.ring, this.seen, this.hint, this.words, this.sensors,
      h("footer", {}, this.third, this.second, this.first));
    const names = h("datalist", { id: "people" }, ...people.map((name) => h("option", { value: name })));
    this.root = h("div", { class: "torso-live devices calibrating" }, this.heard,
      h("section", { class: "card", "aria-label": say("Steps") },
        h("div", { class: "wearer" }, h("label", { for: "wearer" }, say("Who wears the sensors?")), this.who, names, this.known), this.rows),
      this.stage);
    this.root.classList.toggle("large", settings().large_text);
    parent.append(this.root);
    this.refreshTheme();
    this.onKey = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    document.addEventListener("keydown", this.onKey);
    this.socket = new LiveSocket(liveAddress(), {
      onFrames: () => {},
      onSnapshot: (snapshot) => this.#show(snapshot),
      onConnection: (connection) => {
        setAttribute(this.root, "data-connection", connection);
        if (connection !== "open" && connection !== "connecting") setText(this.heard, say("Not connected. Wait for the connection to return, then try again."));
      },
    });
  }

  /** @param {string} kind @param {() => void} act */
  #button(kind, act) {
    return /** @type {HTMLButtonElement & {act?: () => void}} */ (h("button", { type: "button", class: `action ${kind}`, onclick: act }));
  }

  /** @param {HTMLButtonElement & {act?: () => void}} button */
  #press(button) {
    this.refused = "";
    button.act?.();
  }

  /** @param {any} snapshot */
  #show(snapshot) {
    this.snapshot = snapshot;
    const { mode, path } = modeOf(snapshot);
    if (mode !== this.root.dataset.mode) this.#letGo();
    setAttribute(this.root, "data-mode", mode);
    this.#showWearer(snapshot, mode);
    this.#showSteps(snapshot, path);
    this.#showDoubts(snapshot, mode);
    const step = snapshot.wizard?.steps[snapshot.wizard.step] ?? null;
    const show = {
      away: () => this.#say(say("Looking for the sensors…"), say("As soon as they send, the calibration can begin.")),
      busy: () => this.#say(say("A session is running"), say("Stop it on the Live page, then calibrate.")),
      begin: () => this.#begin(snapshot),
      leading: () => this.#lead(snapshot, step),
      failed: () => this.#fail(step),
      done: () => this.#finish(snapshot),
    };
    const offers = show[mode]() ?? [];
    this.sensors.hidden = mode !== "done";
    [this.first, this.second, this.third].forEach((button, i) => this.#offer(button, offers[i]));
  }

  /** What was pressed means something else now: a second press must not do that. */
  #letGo() {
    const root = /** @type {ShadowRoot | Document} */ (this.root.getRootNode());
    if ([this.first, this.second, this.third].some((button) => button === root.activeElement)) this.stage.focus({ preventScroll: true });
  }

  /** @param {string} title @param {string} words @param {{part?: number, inside?: string | Node, kind?: string, seen?: string, hint?: string}} [more] */
  #say(title, words, { part = 0, inside = "", kind = "ready", seen = "", hint = "" } = {}) {
    setText(this.title, title);
    setText(this.words, words);
    setText(this.seen, seen);
    setText(this.hint, hint);
    setAttribute(this.ring, "data-kind", kind);
    this.ring.style.setProperty("--part", part.toFixed(3));
    setAttribute(this.ring, "aria-valuenow", String(Math.round(100 * part)));
    if (typeof inside === "string") setText(this.count, inside);
    else if (this.count.dataset.kind !== kind || !this.count.firstElementChild) this.count.replaceChildren(inside);
    this.count.dataset.kind = kind;
  }

  /** @param {any} snapshot */
  #begin(snapshot) {
    const quick = returning(snapshot);
    this.#say(say("Teach the sensors how they sit on you"),
      quick ? say("You have done all steps before: two of them are enough, about 20 seconds.")
        : say("Put the sensors on and sit on a firm chair. Four steps, one to two minutes. Each says whether it went well."));
    const whole = { words: quick ? say("All steps") : say("Begin"), act: () => this.#ask("calibrate", { path: "whole" }) };
    const short = { words: quick ? say("Begin (20 s)") : say("Short: two steps"), act: () => this.#ask("calibrate", { path: "quick" }) };
    return quick ? [short, whole] : [whole, short];
  }

  /** @param {any} snapshot @param {any} step */
  #lead(snapshot, step) {
    const { guide, wizard } = snapshot;
    const about = STEPS[/** @type {StepName} */ (step.name)];
    const ready = guide?.phase === "ready";
    const progress = ready ? null : wizard.progress;
    const left = ready && guide.remaining_s !== null ? String(Math.ceil(guide.remaining_s)) : "";
    const hint = progress?.hint ? sentence(progress.hint) : "";
    const amiss = hint !== "" && !NEXT.includes(progress.hint.code);
    this.#say(ready ? say("Next: {step}", { step: say(about.title) }) : say(about.title), say(about.words), {
      part: step.state === "checking" ? 1 : progress?.done ?? 0,
      inside: step.state === "checking" ? "…" : left || (progress ? `${Math.round(100 * progress.done)} %` : ""),
      kind: ready ? "ready" : amiss ? "doubtful" : "do",
      seen: step.state === "checking" ? say("Checking…") : progress ? say(progress.words) : ready ? say("Get ready.") : "",
      hint: hint || (progress ? say("Going well.") : ""),
    });
    setAttribute(this.hint, "data-level", amiss ? "amber" : hint ? "info" : "good");
    return [{ words: say("Cancel"), act: () => this.#ask("end"), plain: true },
      step.name === "turn" || step.name === "all_fours" ? { words: say("Leave out"), act: () => this.#ask("skip") } : null];
  }

  /** @param {any} step */
  #fail(step) {
    const about = STEPS[/** @type {StepName} */ (step.name)];
    this.#say(say("Once more: {step}", { step: say(about.title) }), say("Only this step is repeated; what went well is kept."), {
      part: 1, inside: icon("warning"), kind: "doubtful", seen: step.reasons.slice(0, 2).map(sentence).join(" "),
    });
    return [{ words: say("Repeat this step"), act: () => this.#ask("repeat", { step: step.name }) },
      { words: say("Go on without it"), act: () => this.#ask("skip") },
      { words: say("From the start"), act: () => this.#ask("calibrate", { path: this.snapshot.wizard.path }) }];
  }

  /** @param {any} snapshot */
  #finish(snapshot) {
    const { calibration, wizard } = snapshot;
    const doubtful = calibration?.verdict !== "good" || snapshot.calibration_doubts.length > 0;
    const left = wizard.steps.filter((/** @type {any} */ s) => s.state === "skipped").map((/** @type {any} */ s) => say(STEPS[/** @type {StepName} */ (s.name)].title));
    this.#say(doubtful ? say("Usable, with doubts") : say("Calibrated"),
      left.length ? say("Left out: {steps}.", { steps: left.join(", ") }) : say("The sensors know how they sit on you. Go to Live and press Start."), {
        part: 1, inside: icon(doubtful ? "warning" : "check"), kind: doubtful ? "doubtful" : "good",
        seen: doubtful ? (calibration?.reasons ?? []).slice(0, 2).map((/** @type {string} */ words) => say(words)).join(" ") : "",
      });
    this.sensors.replaceChildren(...Object.entries(calibration?.sensors ?? {}).map(([placement, fit]) => verdictRow(placement, fit)));
    const again = { words: say("Check again (20 s)"), act: () => this.#ask("calibrate", { path: "quick" }) };
    const live = { words: say("Go to Live"), act: () => this.go({ page: "live" }) };
    const whole = { words: say("All steps"), act: () => this.#ask("calibrate", { path: "whole" }) };
    return snapshot.calibration_doubts.length ? [again, live, whole] : [live, again, whole];
  }

  /** @param {HTMLButtonElement & {act?: () => void}} button @param {{words: string, act: () => void, plain?: boolean} | null | undefined} offer */
  #offer(button, offer) {
    button.hidden = !offer;
    button.act = offer?.act;
    setText(button, offer?.words ?? "");
    if (button === this.first) button.classList.toggle("primary", !offer?.plain);
  }

  /** @param {any} snapshot @param {string} mode */
  #showWearer(snapshot, mode) {
    const { wearer } = snapshot;
    const root = /** @type {ShadowRoot | Document} */ (this.who.getRootNode());
    if (wearer && root.activeElement !== this.who) this.who.value = wearer.person;
    setText(this.known, !wearer?.person ? say("With a name, torso remembers how the sensors sat last time.")
      : wearer.calibrated ? say("Calibrated last on {day}.", { day: wearer.calibrated }) : mode === "done" ? "" : say("Not calibrated before: take all steps."));
  }

  /** @param {any} snapshot @param {"whole" | "quick"} path */
  #showSteps(snapshot, path) {
    const steps = snapshot.wizard?.steps ?? PATHS[path].map((name) => ({ name, state: "waiting", reasons: [] }));
    const current = snapshot.wizard?.step ?? -1;
    const mayRepeat = ["failed", "done"].includes(modeOf(snapshot).mode);
    const key = JSON.stringify([steps, current, mayRepeat]);
    if (key === this.rows.dataset.key) return;
    this.rows.dataset.key = key;
    this.rows.replaceChildren(...steps.map((/** @type {any} */ step, /** @type {number} */ i) => h("li", { class: step.state, "data-step": step.name, "aria-current": i === current ? "step" : null },
      h("span", { class: "dot", "aria-hidden": "true" }, step.state === "good" ? icon("check") : step.state === "failed" ? icon("warning") : String(i + 1)),
      h("span", { class: "step-title" }, say(STEPS[/** @type {StepName} */ (step.name)].title)),
      h("span", { class: "step-state" }, say(STATES[/** @type {keyof typeof STATES} */ (step.state)])),
      mayRepeat && i !== current && ["failed", "skipped"].includes(step.state)
        ? h("button", { type: "button", class: "link", onclick: () => this.#ask("repeat", { step: step.name }) }, say("Repeat")) : null)));
  }

  /** @param {any} snapshot @param {string} mode */
  #showDoubts(snapshot, mode) {
    const doubts = mode === "leading" ? [] : snapshot.calibration_doubts;
    setText(this.heard, this.refused || doubts.map(sentence).join(" ") || say("Calibrate each time you have put the sensors on, and when one has moved."));
    setAttribute(this.heard, "data-level", this.refused || doubts.length ? "amber" : null);
  }

  /** Space does what the filled button does. @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== " " || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement | undefined} */ (event.composedPath()[0]);
    if (target?.matches?.("button, summary, input, textarea, select, [contenteditable], [role=button]")) return;
    event.preventDefault();
    if (this.first.classList.contains("primary") && !this.first.hidden) this.first.click();
  }

  /** @param {string} name @param {Record<string, unknown>} [fields] */
  async #ask(name, fields) {
    const reply = await this.socket.command(name, fields);
    this.refused = reply.ok ? "" : say(reply.words ?? text("That did not work. Try again."));
    if (this.snapshot) this.#show(this.snapshot);
  }

  /** Read the theme again. */
  refreshTheme() {
    readPalette(this.root);
  }

  /** Let go of everything. */
  close() {
    document.removeEventListener("keydown", this.onKey);
    this.socket.close();
    this.root.remove();
  }
}

/** @type {WeakMap<object, Calibrate>} */
const mounted = new WeakMap();

/**
 * Put the page into an element; Streamlit calls this again on every rerun.
 * @param {{parentElement: ShadowRoot | HTMLElement, data?: {settings?: object, words?: Record<string, string>, people?: string[]}, setTriggerValue: (name: string, value: unknown) => void}} component
 * @returns {() => void} takes it away
 */
export function mount({ parentElement: parent, data, setTriggerValue }) {
  useWords(data?.words ?? {});
  useSettings(data?.settings ?? {});
  const page = mounted.get(parent) ?? new Calibrate(parent, data?.people ?? []);
  mounted.set(parent, page);
  page.go = (wish) => setTriggerValue("go", wish);
  page.refreshTheme();
  return () => {
    mounted.get(parent)?.close();
    mounted.delete(parent);
  };
}
