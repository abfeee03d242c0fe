// The big mode: one number, one bar, one sentence, to be read from three metres.

import { h, setAttribute, setText } from "./dom.js";
import { ShareBar } from "./shares.js";
import { say, text } from "./words.js";

/** @typedef {import("./zones.js").Zone} Zone */

const ZONE_WORDS = Object.freeze({
  rest: "",
  still: text("Hips still. The turn comes from the chest."),
  following: text("Hips are joining in: keep them still."),
  against: text("Hips turn the other way: let them rest."),
  usual: text("In your usual range, hips still."),
  beyond: text("Further than usual. Only if it stays easy."),
  far: text("Far enough. Come back before it stretches."),
});

/** @param {Zone} zone @returns {string} one short sentence */
export function zoneWords(zone) {
  const words = ZONE_WORDS[zone.code];
  return words && say(words);
}

export class BigView {
  /** @param {() => void} leave */
  constructor(leave) {
    this.size = h("span", { class: "big-size" }, "–");
    this.side = h("span", { class: "big-side" });
    this.reps = h("span", { class: "big-reps" });
    this.words = h("p", { class: "big-words" });
    this.bar = new ShareBar();
    this.leave = h("button", { type: "button", class: "action", onclick: leave }, say("Leave the big view"), " (B)");
    this.element = h("section", { class: "big-view", "aria-label": say("Big view"), popover: "manual", tabindex: "-1" },
      h("div", { class: "big-number" }, this.size, this.side), this.words, this.bar.element,
      h("footer", {}, this.reps, this.leave));
  }

  /** @returns {boolean} */
  get shown() {
    return this.element.matches(":popover-open");
  }

  /** Come or go; above everything else on the page, Streamlit's header too. */
  toggle() {
    this.element.togglePopover();
    // Not on the button: space is for start and stop.
    if (this.shown) this.element.focus();
  }

  /** @param {number} total_deg @param {number[]} shares @param {boolean} estimated @param {Zone} zone @param {string} otherwise  words while nothing is to be judged */
  show(total_deg, shares, estimated, zone, otherwise) {
    if (!this.shown) return;
    setAttribute(this.element, "data-level", zone.level);
    setText(this.size, Number.isFinite(total_deg) ? `${Math.abs(total_deg).toFixed(0)}°` : "–");
    setText(this.side, Math.abs(total_deg) < 2 || !Number.isFinite(total_deg) ? "" : total_deg > 0 ? say("Left") : say("Right"));
    this.bar.show(shares.every(Number.isFinite) ? shares : null, estimated);
    setText(this.words, zoneWords(zone) || otherwise);
  }

  /** @param {any[]} reps */
  showReps(reps) {
    const lefts = reps.filter((rep) => rep.side === "left").length;
    setText(this.reps, say("{left} left · {right} right", { left: lefts, right: reps.length - lefts }));
  }
}
