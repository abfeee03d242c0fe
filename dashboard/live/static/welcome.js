// What a person must have read before the first use. It covers the figure, not the controls.

import { h } from "./dom.js";
import { say, text } from "./words.js";

const REMEMBER = "torso.read-before-use";

const ASK_FIRST = Object.freeze([
  text("osteoporosis, or a vertebra that was ever broken"),
  text("surgery on spine, ribs, shoulder or belly in the last 12 weeks, or a recent injury"),
  text("an unstable, fused or inflamed spine, a disc with pain into the leg, cancer in bone"),
  text("late pregnancy, vertigo, a pacemaker, or skin that reacts to tape"),
]);

/** Remembered per browser; where storage is forbidden it is simply shown again. */
function wasRead() {
  try {
    return localStorage.getItem(REMEMBER) === "yes";
  } catch {
    return false;
  }
}

function remember() {
  try {
    localStorage.setItem(REMEMBER, "yes");
  } catch {
    // Shown again next time.
  }
}

export class Welcome {
  /** @param {(wish: {page: string}) => void} go */
  constructor(go) {
    const read = h("button", {
      type: "button",
      onclick: () => {
        remember();
        this.element.hidden = true;
      },
    }, say("I have read this"));
    this.element = h("section", { class: "panel welcome", "aria-label": say("Before you start"), hidden: wasRead() },
      h("header", {}, h("h2", {}, say("Before you start"))),
      h("p", {}, say("Ask a doctor or therapist first if you have:")),
      h("ul", {}, ...ASK_FIRST.map((words) => h("li", {}, say(words)))),
      h("p", {}, h("strong", {}, say("Stop at sharp or spreading pain, numbness, weakness, dizziness, chest pain or breathlessness."))),
      h("p", { class: "fine-print" }, say("A movement tracker for exercise practice; its numbers are estimates. Not a medical device."), " ",
        h("button", { type: "button", class: "link", onclick: () => go({ page: "method" }) }, say("More"))),
      h("footer", {}, read));
  }
}
