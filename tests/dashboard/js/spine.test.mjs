import assert from "node:assert/strict";
import { test } from "node:test";

import { SHAPES } from "../../../dashboard/live/static/shapes.js";
import { Camera, LEVELS, SENSOR_LEVEL, Spine, orientation } from "../../../dashboard/live/static/spine.js";

const STILL = { pelvis: 0, lumbar: 0, thoracic: 0, lateral: 0, flexion: 0 };

const turned = (m, [x, y, z]) => [0, 3, 6].map((r) => m[r] * x + m[r + 1] * y + m[r + 2] * z);

function posed(pose) {
  const spine = new Spine();
  spine.set({ ...STILL, ...pose });
  return spine;
}

test("turning left takes the chest to the wearer's left", () => {
  const [, , right] = turned(orientation(30, 0, 0, new Float64Array(9)), [1, 0, 0]);
  assert.ok(Math.abs(right + 0.5) < 1e-12);
});

test("bending right and forward are what they say", () => {
  assert.ok(turned(orientation(0, 10, 0, new Float64Array(9)), [0, 1, 0])[2] > 0);
  assert.ok(turned(orientation(0, 0, 10, new Float64Array(9)), [0, 1, 0])[0] > 0);
});

test("frames stay rotations", () => {
  for (const frame of posed({ pelvis: 12, lumbar: -9, thoracic: 40, lateral: 8, flexion: -6 }).frame) {
    for (let i = 0; i < 3; i += 1) {
      for (let j = 0; j < 3; j += 1) {
        const dot = [0, 1, 2].reduce((sum, k) => sum + frame[3 * i + k] * frame[3 * j + k], 0);
        assert.ok(Math.abs(dot - (i === j ? 1 : 0)) < 1e-12);
      }
    }
  }
});

test("each segment turns only what lies above it", () => {
  const turn = (pose, level) => {
    const [x, , z] = turned(posed(pose).frame[level], [1, 0, 0]);
    return (Math.atan2(-z, x) * 180) / Math.PI;
  };
  const { pelvis, thoracolumbar, upper_back: upperBack } = SENSOR_LEVEL;
  assert.ok(Math.abs(turn({ pelvis: 10 }, pelvis) - 10) < 0.5);
  assert.ok(Math.abs(turn({ pelvis: 10, lumbar: 8 }, thoracolumbar) - 18) < 0.5);
  assert.ok(Math.abs(turn({ thoracic: 35 }, thoracolumbar)) < 1e-9);
  assert.ok(Math.abs(turn({ pelvis: 10, lumbar: 8, thoracic: 20 }, upperBack) - 38) < 3);
});

test("from behind, the wearer's right is on the right and the head is up", () => {
  const out = new Float64Array(3);
  const camera = new Camera("upright");
  camera.project(0, 0, 0.2, out);
  assert.ok(out[0] > 0);
  camera.project(0, 0.5, 0, out);
  assert.ok(out[1] > 0.4);
  camera.project(-0.1, 0, 0, out);
  assert.ok(out[2] < 0, "the back is nearer than the chest");
});

test("on all fours the spine lies level and the back is up", () => {
  const out = new Float64Array(3);
  const camera = new Camera("quadruped");
  camera.project(-0.3, 0, 0, out);
  assert.ok(out[1] > 0.2);
  camera.project(0, 0.5, 0, out);
  assert.ok(Math.abs(out[0]) > Math.abs(out[1]));
});

test("every shape hangs on a level that exists", () => {
  assert.equal(LEVELS.length, 18);
  for (const shape of SHAPES) {
    assert.ok(LEVELS[shape.level]);
    assert.ok(shape.points.length % 3 === 0 && shape.points.every(Number.isFinite));
  }
});
