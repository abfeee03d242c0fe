// Three large numbers, one per segment, with the side as a letter and the 95 % interval.

import { h, setText } from "./dom.js";
import { marker } from "./icons.js";
import { sided } from "./scales.js";
import { SEGMENTS } from "./segments.js";
import { say, text } from "./words.js";

const Z95 = 1.96;

/** Words for where the lumbar and thoracic angles come from. */
export const SPLIT_WORDS = Object.freeze({
  measured: "",
  personal: text("your own split"),
  prior: text("typical split"),
});

export class Readouts {
  constructor() {
    this.cells = SEGMENTS.map((segment) => ({
      segment,
      size: h("span", { class: "size" }, "–"),
      side: h("span", { class: "side" }),
      interval: h("span", { class: "interval" }),
      against: h("span", { class: "against" }, say(segment.against)),
    }));
    this.element = h("div", { class: "readouts" }, ...this.cells.map((cell) =>
      h("div", { class: `readout ${cell.segment.key}` },
        h("div", { class: "who" }, h("span", { class: "name" }, marker(cell.segment.shape, cell.segment.key), say(cell.segment.name)), cell.against),
        h("div", { class: "value" }, cell.size, cell.side, cell.interval))));
  }

  /**
   * @param {import("./history.js").History} history
   */
  show(history) {
    for (const cell of this.cells) {
      const { size, side } = sided(history.latest(cell.segment.angle));
      const sd = history.latest(cell.segment.sd);
      setText(cell.size, size === "–" ? "–" : `${size}°`);
      setText(cell.side, side && say(side));
      setText(cell.interval, Number.isFinite(sd) ? `± ${(Z95 * sd).toFixed(1)}°` : "");
    }
  }

  /** @param {keyof typeof SPLIT_WORDS} source */
  showSplit(source) {
    const words = say(SPLIT_WORDS[source] ?? "");
    for (const cell of this.cells) {
      const estimated = words !== "" && cell.segment.key !== "pelvis";
      setText(cell.against, estimated ? words : say(cell.segment.against));
    }
  }
}
