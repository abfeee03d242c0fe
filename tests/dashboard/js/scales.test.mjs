import assert from "node:assert/strict";
import { test } from "node:test";

import { luminance } from "../../../dashboard/live/static/palette.js";
import { axisLimit, linear, minutes, percent, sided, spread, wholeParts } from "../../../dashboard/live/static/scales.js";

test("angles are said with their side", () => {
  assert.deepEqual(sided(21.94), { size: "21.9", side: "L" });
  assert.deepEqual(sided(-3.25), { size: "3.3", side: "R" });
  assert.deepEqual(sided(-0.04), { size: "0.0", side: "" });
  assert.deepEqual(sided(NaN), { size: "–", side: "" });
});

test("the axis grows at once and shrinks with reserve", () => {
  assert.equal(axisLimit(44.9, 45), 60);
  assert.equal(axisLimit(44, 45), 45);
  assert.equal(axisLimit(40, 60), 60);
  assert.equal(axisLimit(29, 60), 45);
  assert.equal(axisLimit(400, 45), 180);
});

test("labels keep their distance, their order and their room", () => {
  const wanted = [50, 52, 49, 300];
  const placed = spread(wanted, 17, 0, 290);
  const sorted = [...placed].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i += 1) assert.ok(sorted[i] - sorted[i - 1] >= 17 - 1e-9);
  assert.ok(placed[2] < placed[0] && placed[0] < placed[1] && placed[1] < placed[3]);
  assert.ok(sorted[3] <= 290);
  assert.deepEqual(spread([10, 100], 17, 0, 290), [10, 100]);
});

test("whole percents add up to what the parts add up to", () => {
  assert.deepEqual(wholeParts([1 / 3, 1 / 3, 1 / 3]).reduce((a, b) => a + b), 100);
  assert.deepEqual(wholeParts([0.125, 0.225, 0.65]).reduce((a, b) => a + b), 100);
  assert.deepEqual(wholeParts([0.1, 0.2, 0.7]), [10, 20, 70]);
});

test("small words", () => {
  assert.equal(percent(0.126), "13");
  assert.equal(percent(NaN), "–");
  assert.deepEqual([0, 9.9, 61, 3600].map(minutes), ["0:00", "0:09", "1:01", "60:00"]);
  assert.equal(linear(0, 10, 100, 200)(2.5), 125);
});

test("dark and light backgrounds are told apart in any notation", () => {
  assert.ok(luminance("#f3f4f8") > 0.8);
  assert.ok(luminance("#0e1116") < 0.02);
  assert.ok(Math.abs(luminance("rgb(255, 255, 255)") - 1) < 1e-9);
});
