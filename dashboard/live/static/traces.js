// Angles over the last ten seconds: left up, right down (or as the person chose), 95 % bands, labels at the line ends.

import { Surface } from "./canvas.js";
import { COLUMN, qualityOf } from "./decode.js";
import { h } from "./dom.js";
import { axisLimit, linear, spread } from "./scales.js";
import { SEGMENTS, markerPath } from "./segments.js";
import { settings } from "./settings.js";
import { say } from "./words.js";
import { pelvisZone } from "./zones.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./palette.js").Palette} Palette */

const SPAN_S = 10;
const GAP_S = 0.1;
const Z95 = 1.96;
const NARROW_PX = 520;
const ROOM_FOR_WORDS_PX = 56;
const UNUSABLE = 2;

/**
 * @typedef {object} Overlay  what a snapshot adds to the lines
 * @property {Array<{side: string, peak_s: number, rep: number}>} reps
 * @property {number[]} marks
 * @property {boolean} measured  lumbar and thoracic measured, not split by a typical share
 * @property {boolean} provisional  no still neutral yet
 * @property {number} turning_deg  present turn in a drill, NaN outside
 */

/**
 * @typedef {object} Frame  where things lie in the picture, pixels
 * @property {number} left @property {number} right @property {number} top @property {number} bottom
 * @property {number} width @property {number} height @property {boolean} narrow
 * @property {number} limit_deg @property {number} up  1 where left is up, −1 where right is
 * @property {(t_s: number) => number} x @property {(angle_deg: number) => number} y
 */

export class Traces {
  /** @param {() => void} onResize */
  constructor(onResize) {
    this.grid = /** @type {HTMLCanvasElement} */ (h("canvas", { class: "layer", "aria-hidden": "true" }));
    this.lines = /** @type {HTMLCanvasElement} */ (h("canvas", {
      class: "layer",
      role: "img",
      "aria-label": say("Rotation of pelvis, lumbar and thoracic spine over the last ten seconds. The numbers above give the present values."),
    }));
    this.element = h("div", { class: "traces" }, this.grid, this.lines);
    this.limit_deg = 45;
    this.gridKey = "";
    this.gridSurface = new Surface(this.grid, () => { this.gridKey = ""; onResize(); });
    this.lineSurface = new Surface(this.lines, onResize);
  }

  /**
   * @param {History} history @param {number} edge_s  session time at the right edge
   * @param {Overlay} overlay @param {Palette} palette
   */
  draw(history, edge_s, overlay, palette) {
    const surface = this.lineSurface;
    if (surface.width === 0) return;
    const from = Math.max(history.indexAt(edge_s - SPAN_S) - 1, 0);
    const to = history.indexAt(edge_s + 1e-6);
    this.limit_deg = axisLimit(largest(history, from, to), this.limit_deg);
    const frame = this.#frame(surface.width, surface.height, edge_s);
    this.#drawGrid(frame, palette);
    surface.clear();
    const ctx = surface.ctx;
    ctx.save();
    ctx.beginPath();
    ctx.rect(frame.left, 0, frame.right - frame.left, surface.height);
    ctx.clip();
    drawUnusable(ctx, history, from, to, frame, palette);
    drawZone(ctx, overlay.turning_deg, frame, palette);
    drawReps(ctx, overlay.reps, frame, palette, edge_s);
    for (const segment of SEGMENTS) drawBand(ctx, history, from, to, frame, segment, palette);
    for (const segment of SEGMENTS) drawLine(ctx, history, from, to, frame, segment, palette, overlay);
    drawMarks(ctx, overlay.marks, frame, palette, edge_s);
    ctx.restore();
    drawEnds(ctx, history, to, frame, palette);
  }

  /** @param {number} width @param {number} height @param {number} edge_s @returns {Frame} */
  #frame(width, height, edge_s) {
    const narrow = width < NARROW_PX;
    const up = settings().sides === "left_up" ? 1 : -1;
    const left = 38;
    const right = width - (narrow ? 14 : 84);
    const top = 10;
    const bottom = height - 26;
    return {
      left, right, top, bottom, narrow, width, height,
      limit_deg: this.limit_deg, up,
      x: linear(edge_s - SPAN_S, edge_s, left, right),
      y: linear(up * this.limit_deg, -up * this.limit_deg, top, bottom),
    };
  }

  /** @param {Frame} frame @param {Palette} palette */
  #drawGrid(frame, palette) {
    const key = [frame.width, frame.height, frame.limit_deg, frame.up, palette.ink, palette.page].join();
    if (key === this.gridKey) return;
    this.gridKey = key;
    this.gridSurface.clear();
    drawGrid(this.gridSurface.ctx, frame, palette);
  }

  /** Stop watching sizes. */
  close() {
    this.gridSurface.close();
    this.lineSurface.close();
  }
}

/** @param {History} history @param {number} from @param {number} to */
function largest(history, from, to) {
  let peak = 0;
  for (let i = from; i < to; i += 4) {
    for (const { angle } of SEGMENTS) {
      const value = Math.abs(history.value(i, angle));
      if (value > peak) peak = value;
    }
  }
  return peak;
}

/** @param {CanvasRenderingContext2D} ctx @param {Frame} f @param {Palette} palette */
function drawGrid(ctx, f, palette) {
  const step = f.limit_deg / 3;
  ctx.font = `12px ${palette.font}`;
  ctx.lineWidth = 1;
  ctx.textBaseline = "middle";
  ctx.textAlign = "right";
  for (let k = -3; k <= 3; k += 1) {
    const y = Math.round(f.y(k * step)) + 0.5;
    ctx.strokeStyle = k === 0 ? palette.muted : palette.line;
    ctx.lineWidth = k === 0 ? 1.5 : 1;
    ctx.beginPath();
    ctx.moveTo(f.left, y);
    ctx.lineTo(f.right, y);
    ctx.stroke();
    ctx.fillStyle = palette.muted;
    ctx.fillText(`${Math.abs(k * step)}°`, f.left - 6, y);
  }
  const seconds = f.narrow ? 5 : 2;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  ctx.strokeStyle = palette.line;
  ctx.lineWidth = 1;
  for (let s = -SPAN_S; s <= 0; s += seconds) {
    const x = Math.round(f.right + (s / SPAN_S) * (f.right - f.left)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(x, f.bottom);
    ctx.lineTo(x, f.bottom + 4);
    ctx.stroke();
    ctx.fillText(s === 0 ? say("now") : `−${-s} s`, s === 0 && f.narrow ? x - 8 : x, f.bottom + 19);
  }
  ctx.textAlign = "left";
  ctx.fillText(`↑ ${f.up > 0 ? say("left") : say("right")}`, f.left + 6, f.top + 15);
  ctx.fillText(`↓ ${f.up > 0 ? say("right") : say("left")}`, f.left + 6, f.bottom - 7);
}

/**
 * Shade times whose angles cannot be used.
 * @param {CanvasRenderingContext2D} ctx @param {History} history
 * @param {number} from @param {number} to @param {Frame} f @param {Palette} palette
 */
function drawUnusable(ctx, history, from, to, f, palette) {
  ctx.fillStyle = palette.muted;
  ctx.globalAlpha = 0.13;
  let start = NaN;
  for (let i = from; i <= to; i += 1) {
    const bad = i < to && qualityOf(history.value(i, COLUMN.state)) === UNUSABLE;
    if (bad && Number.isNaN(start)) start = history.time(i);
    if (!bad && !Number.isNaN(start)) {
      const end = history.time(Math.min(i, history.length - 1));
      ctx.fillRect(f.x(start), f.top, Math.max(f.x(end) - f.x(start), 1), f.bottom - f.top);
      start = NaN;
    }
  }
  ctx.globalAlpha = 1;
}

/**
 * Where the pelvis may be while the wearer turns.
 * @param {CanvasRenderingContext2D} ctx @param {number} turning_deg @param {Frame} f @param {Palette} palette
 */
function drawZone(ctx, turning_deg, f, palette) {
  if (Number.isNaN(turning_deg)) return;
  const [lo, hi] = pelvisZone(turning_deg).map((deg) => f.y(deg));
  ctx.strokeStyle = palette.pelvis;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = 1;
  ctx.setLineDash([2, 5]);
  for (const y of [lo, hi]) {
    ctx.beginPath();
    ctx.moveTo(f.left, y);
    ctx.lineTo(f.right, y);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} ctx @param {Overlay["reps"]} reps @param {Frame} f @param {Palette} palette @param {number} edge_s */
function drawReps(ctx, reps, f, palette, edge_s) {
  ctx.font = `600 12px ${palette.font}`;
  ctx.textAlign = "center";
  for (const rep of reps) {
    if (rep.peak_s < edge_s - SPAN_S || rep.peak_s > edge_s) continue;
    const x = Math.round(f.x(rep.peak_s)) + 0.5;
    const above = (rep.side === "left") === (f.up > 0);
    ctx.strokeStyle = palette.muted;
    ctx.globalAlpha = 0.55;
    ctx.setLineDash([3, 4]);
    ctx.beginPath();
    ctx.moveTo(x, above ? f.top + 18 : f.y(0));
    ctx.lineTo(x, above ? f.y(0) : f.bottom - 20);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
    ctx.fillStyle = palette.muted;
    if (x < f.left + ROOM_FOR_WORDS_PX) continue;
    ctx.fillText(`${rep.rep} ${rep.side === "left" ? say("L") : say("R")}`, x, above ? f.top + 13 : f.bottom - 7);
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {number[]} marks @param {Frame} f @param {Palette} palette @param {number} edge_s */
function drawMarks(ctx, marks, f, palette, edge_s) {
  ctx.font = `600 11px ${palette.font}`;
  ctx.textAlign = "left";
  marks.forEach((mark_s, index) => {
    if (mark_s < edge_s - SPAN_S || mark_s > edge_s) return;
    const x = Math.round(f.x(mark_s)) + 0.5;
    const words = `M${index + 1}`;
    const width = ctx.measureText(words).width + 10;
    ctx.strokeStyle = palette.ink;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.moveTo(x, f.top);
    ctx.lineTo(x, f.bottom);
    ctx.stroke();
    ctx.fillStyle = palette.ink;
    ctx.beginPath();
    ctx.moveTo(x, f.top);
    ctx.lineTo(x + width, f.top);
    ctx.lineTo(x + width - 4, f.top + 8);
    ctx.lineTo(x + width, f.top + 16);
    ctx.lineTo(x, f.top + 16);
    ctx.fill();
    ctx.fillStyle = palette.card;
    ctx.fillText(words, x + 4, f.top + 12);
  });
}

/**
 * Run through the unbroken stretches of one column.
 * @param {History} history @param {number} from @param {number} to @param {number} column
 * @param {(begin: number, end: number) => void} each
 */
function stretches(history, from, to, column, each) {
  let begin = -1;
  for (let i = from; i <= to; i += 1) {
    const known = i < to && !Number.isNaN(history.value(i, column));
    const joined = begin < 0 || i === begin || (i < to && history.time(i) - history.time(i - 1) <= GAP_S);
    if (begin >= 0 && (!known || !joined)) {
      if (i - begin > 1) each(begin, i);
      begin = -1;
    }
    if (known && begin < 0) begin = i;
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {History} history @param {number} from @param {number} to @param {Frame} f @param {import("./segments.js").Segment} segment @param {Palette} palette */
function drawBand(ctx, history, from, to, f, segment, palette) {
  ctx.fillStyle = palette[segment.key];
  ctx.globalAlpha = palette.dark ? 0.18 : 0.14;
  stretches(history, from, to, segment.sd, (begin, end) => {
    ctx.beginPath();
    for (let i = begin; i < end; i += 1) {
      ctx.lineTo(f.x(history.time(i)), f.y(history.value(i, segment.angle) + Z95 * history.value(i, segment.sd)));
    }
    for (let i = end - 1; i >= begin; i -= 1) {
      ctx.lineTo(f.x(history.time(i)), f.y(history.value(i, segment.angle) - Z95 * history.value(i, segment.sd)));
    }
    ctx.fill();
  });
  ctx.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} ctx @param {History} history @param {number} from @param {number} to @param {Frame} f @param {import("./segments.js").Segment} segment @param {Palette} palette @param {Overlay} overlay */
function drawLine(ctx, history, from, to, f, segment, palette, overlay) {
  ctx.strokeStyle = palette[segment.key];
  ctx.lineWidth = 2.25;
  ctx.lineJoin = "round";
  ctx.globalAlpha = overlay.provisional ? 0.55 : 1;
  ctx.setLineDash(overlay.measured || segment.key === "pelvis" ? [] : [7, 4]);
  stretches(history, from, to, segment.angle, (begin, end) => {
    ctx.beginPath();
    for (let i = begin; i < end; i += 1) ctx.lineTo(f.x(history.time(i)), f.y(history.value(i, segment.angle)));
    ctx.stroke();
  });
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} ctx @param {History} history @param {number} to @param {Frame} f @param {Palette} palette */
function drawEnds(ctx, history, to, f, palette) {
  if (to === 0) return;
  const last = to - 1;
  const shown = SEGMENTS.filter(({ angle }) => !Number.isNaN(history.value(last, angle)));
  const wanted = shown.map(({ angle }) => f.y(history.value(last, angle)));
  const placed = spread(wanted, 17, f.top + 6, f.bottom - 6);
  const x = f.x(history.time(last));
  ctx.font = `600 13px ${palette.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  shown.forEach((segment, i) => {
    ctx.fillStyle = palette[segment.key];
    ctx.strokeStyle = palette.card;
    ctx.lineWidth = 2;
    markerPath(ctx, segment.shape, x, wanted[i], 4.6);
    ctx.stroke();
    ctx.fill();
    if (!f.narrow) ctx.fillText(say(segment.name), x + 11, placed[i]);
  });
  ctx.textBaseline = "alphabetic";
}
