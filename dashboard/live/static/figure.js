// The spine from behind, turning as the wearer turns, with the sensors on it.

import { Surface } from "./canvas.js";
import { h } from "./dom.js";
import { PLACEMENTS, SEGMENTS, markerPath } from "./segments.js";
import { SHAPES } from "./shapes.js";
import { Camera, SENSOR_LEVEL, Spine } from "./spine.js";
import { say } from "./words.js";

/** @typedef {import("./spine.js").Pose} Pose */
/** @typedef {import("./palette.js").Palette} Palette */

const RAD = Math.PI / 180;
const DIAL_TICKS_DEG = [-60, -30, 0, 30, 60];

/** Where the figure sits in its box, per posture: centre of the view and half extents, metres. */
const VIEWS = Object.freeze({
  upright: { centre: [0, 0.235], half: [0.36, 0.5], dial: { y: -0.135, radius: 0.3 } },
  quadruped: { centre: [0.16, -0.02], half: [0.4, 0.4], dial: { y: -0.12, radius: 0.24 } },
});

export class Figure {
  /** @param {() => void} onResize */
  constructor(onResize) {
    this.canvas = /** @type {HTMLCanvasElement} */ (h("canvas", {
      role: "img", "aria-label": say("The spine seen from behind, turning as the wearer turns"),
    }));
    this.element = h("div", { class: "figure" }, this.canvas);
    this.surface = new Surface(this.canvas, onResize);
    this.spine = new Spine();
    /** @type {"upright" | "quadruped"} */
    this.posture = "upright";
    this.camera = new Camera("upright");
    /** @type {{centre: number[], half: number[], dial: {y: number, radius: number}}} */
    this.view = VIEWS.upright;
    this.cameras = { upright: new Camera("upright"), quadruped: new Camera("quadruped") };
    this.projected = SHAPES.map((s) => new Float64Array(s.points.length));
    this.depths = new Float64Array(SHAPES.length);
    this.order = SHAPES.map((_, i) => i);
    this.point = new Float64Array(3);
    this.scale = 1;
  }

  /** @param {"upright" | "quadruped"} posture */
  #choose(posture) {
    this.posture = posture;
    this.camera = this.cameras[posture];
    this.view = VIEWS[posture];
  }

  /**
   * @param {Pose} pose @param {"upright" | "quadruped"} posture
   * @param {Array<{placement: string, state: string}>} sensors @param {Palette} palette
   */
  draw(pose, posture, sensors, palette) {
    const { width, height, ctx } = this.surface;
    if (width === 0) return;
    this.#choose(posture);
    this.scale = Math.min(width / (2 * this.view.half[0]), height / (2 * this.view.half[1]));
    this.spine.set(pose);
    this.surface.clear();
    ctx.lineCap = "round";
    ctx.lineJoin = "round";
    this.#drawDial(ctx, pose, palette);
    if (posture === "quadruped") this.#drawLimbs(ctx, palette);
    this.#projectShapes();
    this.#drawHead(ctx, palette);
    for (const i of this.order) this.#drawShape(ctx, i, palette);
    for (const sensor of sensors) this.#drawSensor(ctx, sensor, palette);
  }

  /** Stop watching the size. */
  close() {
    this.surface.close();
  }

  /** @param {number} x @param {number} y @param {number} z  body point; answer in `this.point` as pixels */
  #pixel(x, y, z) {
    this.camera.project(x, y, z, this.point);
    this.point[0] = this.surface.width / 2 + (this.point[0] - this.view.centre[0]) * this.scale;
    this.point[1] = this.surface.height / 2 - (this.point[1] - this.view.centre[1]) * this.scale;
    return this.point;
  }

  /** @param {number} level @param {number} x @param {number} y @param {number} z  point in the level's axes */
  #carried(level, x, y, z) {
    const m = this.spine.frame[level];
    const at = this.spine.at[level];
    return this.#pixel(
      at[0] + m[0] * x + m[1] * y + m[2] * z,
      at[1] + m[3] * x + m[4] * y + m[5] * z,
      at[2] + m[6] * x + m[7] * y + m[8] * z,
    );
  }

  #projectShapes() {
    SHAPES.forEach((shape, index) => {
      const out = this.projected[index];
      let depth = 0;
      for (let i = 0; i < shape.points.length; i += 3) {
        const p = this.#carried(shape.level, shape.points[i], shape.points[i + 1], shape.points[i + 2]);
        out[i] = p[0];
        out[i + 1] = p[1];
        depth += p[2];
      }
      this.depths[index] = depth / (shape.points.length / 3);
    });
    this.order.sort((a, b) => this.depths[b] - this.depths[a]);
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} index @param {Palette} palette */
  #drawShape(ctx, index, palette) {
    const shape = SHAPES[index];
    const points = this.projected[index];
    const colour = shape.colour === "body" ? palette.muted : palette[shape.colour];
    ctx.beginPath();
    for (let i = 0; i < points.length; i += 3) ctx.lineTo(points[i], points[i + 1]);
    if (shape.closed) ctx.closePath();
    ctx.globalAlpha = shape.alpha;
    ctx.strokeStyle = colour;
    ctx.fillStyle = colour;
    ctx.lineWidth = shape.width * Math.max(this.scale / 480, 0.7);
    if (shape.style === "line") ctx.stroke();
    if (shape.style === "veil") ctx.fill();
    if (shape.style === "fill") {
      ctx.fill();
      ctx.strokeStyle = palette.card;
      ctx.lineWidth = 1.2;
      ctx.stroke();
    }
    if (shape.style === "glass") {
      ctx.globalAlpha = shape.colour === "body" ? 0.13 : 0.2;
      ctx.fill();
      ctx.globalAlpha = shape.alpha;
      if (shape.width > 0) ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} ctx @param {Palette} palette */
  #drawHead(ctx, palette) {
    const p = this.#carried(17, 0.02, 0.145, 0);
    const [x, y] = [p[0], p[1]];
    ctx.globalAlpha = 0.13;
    ctx.fillStyle = palette.muted;
    ctx.beginPath();
    ctx.ellipse(x, y, 0.076 * this.scale, (this.posture === "upright" ? 0.097 : 0.08) * this.scale, 0, 0, 2 * Math.PI);
    ctx.fill();
    ctx.globalAlpha = 1;
  }

  /** Arms from the shoulders to the ground and thighs from the hips. @param {CanvasRenderingContext2D} ctx @param {Palette} palette */
  #drawLimbs(ctx, palette) {
    const ground = 0.4;
    ctx.strokeStyle = palette.muted;
    ctx.globalAlpha = 0.13;
    ctx.lineWidth = 0.06 * this.scale;
    for (const side of [-1, 1]) {
      this.#limb(ctx, () => this.#carried(0, 0.02, -0.05, side * 0.09), [ground, -0.08, side * 0.1]);
      this.#limb(ctx, () => this.#carried(16, 0.03, -0.03, side * 0.16), [ground, 0.47, side * 0.17]);
    }
    ctx.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} ctx @param {() => Float64Array} from @param {number[]} to */
  #limb(ctx, from, to) {
    ctx.beginPath();
    let p = from();
    ctx.moveTo(p[0], p[1]);
    p = this.#pixel(to[0], to[1], to[2]);
    ctx.lineTo(p[0], p[1]);
    ctx.stroke();
  }

  /** A protractor across the spine line: where pelvis, T12 and upper back point. @param {CanvasRenderingContext2D} ctx @param {Pose} pose @param {Palette} palette */
  #drawDial(ctx, pose, palette) {
    const { y, radius } = this.view.dial;
    const at = (/** @type {number} */ deg, /** @type {number} */ r) =>
      this.#pixel(r * Math.cos(deg * RAD), y, -r * Math.sin(deg * RAD));
    ctx.beginPath();
    for (let deg = 0; deg < 360; deg += 6) ctx.lineTo(at(deg, radius)[0], this.point[1]);
    ctx.closePath();
    ctx.fillStyle = palette.muted;
    ctx.globalAlpha = 0.06;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.strokeStyle = palette.line;
    ctx.lineWidth = 1.2;
    ctx.stroke();
    this.#drawTicks(ctx, at, radius, palette);
    const ends = [pose.pelvis, pose.pelvis + pose.lumbar, pose.pelvis + pose.lumbar + pose.thoracic];
    SEGMENTS.forEach((segment, i) => this.#drawNeedle(ctx, at, i === 0 ? 0 : ends[i - 1], ends[i], radius * (0.66 + 0.11 * i), segment, palette));
  }

  /** @param {CanvasRenderingContext2D} ctx @param {(deg: number, r: number) => Float64Array} at @param {number} radius @param {Palette} palette */
  #drawTicks(ctx, at, radius, palette) {
    ctx.font = `11px ${palette.font}`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = palette.muted;
    ctx.strokeStyle = palette.muted;
    for (const deg of DIAL_TICKS_DEG) {
      ctx.beginPath();
      ctx.moveTo(at(deg, radius * 0.95)[0], this.point[1]);
      ctx.lineTo(at(deg, radius)[0], this.point[1]);
      ctx.stroke();
      if (deg !== 0) ctx.fillText(`${Math.abs(deg)}°`, at(deg, radius * 1.13)[0], this.point[1]);
    }
    ctx.textBaseline = "alphabetic";
  }

  /** @param {CanvasRenderingContext2D} ctx @param {(deg: number, r: number) => Float64Array} at @param {number} from @param {number} to @param {number} radius @param {import("./segments.js").Segment} segment @param {Palette} palette */
  #drawNeedle(ctx, at, from, to, radius, segment, palette) {
    const colour = palette[segment.key];
    ctx.fillStyle = colour;
    ctx.strokeStyle = colour;
    ctx.globalAlpha = 0.16;
    ctx.beginPath();
    ctx.moveTo(at(0, 0)[0], this.point[1]);
    for (let k = 0; k <= 12; k += 1) ctx.lineTo(at(from + ((to - from) * k) / 12, radius)[0], this.point[1]);
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 2.2;
    ctx.beginPath();
    ctx.moveTo(at(0, 0)[0], this.point[1]);
    const end = at(to, radius);
    ctx.lineTo(end[0], end[1]);
    ctx.stroke();
    markerPath(ctx, segment.shape, end[0], end[1], 4.4);
    ctx.fill();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {{placement: string, state: string}} sensor @param {Palette} palette */
  #drawSensor(ctx, sensor, palette) {
    const placement = PLACEMENTS[/** @type {keyof typeof PLACEMENTS} */ (sensor.placement)];
    if (!placement) return;
    const level = SENSOR_LEVEL[/** @type {keyof typeof SENSOR_LEVEL} */ (sensor.placement)];
    const fine = sensor.state === "streaming";
    const [w, hgt, back] = [0.03, 0.024, -0.085];
    ctx.beginPath();
    for (const [dz, dy] of [[-w, -hgt], [w, -hgt], [w, hgt], [-w, hgt]]) {
      const p = this.#carried(level, back, dy, dz);
      ctx.lineTo(p[0], p[1]);
    }
    ctx.closePath();
    ctx.fillStyle = palette.card;
    ctx.fill();
    ctx.lineWidth = 1.8;
    ctx.strokeStyle = fine ? palette.ink : palette.red;
    ctx.setLineDash(fine ? [] : [4, 3]);
    ctx.stroke();
    ctx.setLineDash([]);
    const centre = this.#carried(level, back, 0, 0);
    ctx.fillStyle = fine ? palette[placement.key] : palette.red;
    markerPath(ctx, placement.shape, centre[0], centre[1], 0.0115 * this.scale);
    ctx.fill();
  }
}
