import assert from "node:assert/strict";
import { test } from "node:test";

import { COLUMN, COLUMNS, VersionError, WIDTH, decodeFrames, qualityOf } from "../../../dashboard/live/static/decode.js";

/** One message, written byte by byte from docs/live_stream.md. */
function message(rows, { version = 1, kind = 1, first = 7, skipped = 3, age_s = 0.25, t0_s = 12.5, sent_s = 1.7e9 } = {}) {
  const buffer = new ArrayBuffer(32 + rows.length * 64);
  const view = new DataView(buffer);
  view.setUint8(0, version);
  view.setUint8(1, kind);
  view.setUint16(2, rows.length, true);
  view.setUint32(4, first, true);
  view.setUint32(8, skipped, true);
  view.setFloat32(12, age_s, true);
  view.setFloat64(16, t0_s, true);
  view.setFloat64(24, sent_s, true);
  rows.forEach((row, r) => row.forEach((value, c) => view.setFloat32(32 + 64 * r + 4 * c, value, true)));
  return buffer;
}

const row = (k) => Array.from({ length: 16 }, (_, c) => 16 * k + c + 0.5);

test("every field lands where the contract says", () => {
  const frames = decodeFrames(message([row(0), row(1)]));
  assert.deepEqual([frames.first, frames.n, frames.skipped, frames.t0_s, frames.sent_s], [7, 2, 3, 12.5, 1.7e9]);
  assert.equal(frames.age_s, 0.25);
  assert.deepEqual([...frames.rows], [...row(0), ...row(1)]);
});

test("columns are those of the contract, in order", () => {
  assert.equal(WIDTH, 16);
  assert.equal(COLUMNS.join(" "),
    "dt pelvis lumbar thoracic thoracolumbar total lateral flexion " +
    "pelvis_sd lumbar_sd thoracic_sd thoracolumbar_sd share_pelvis share_lumbar share_thoracic state");
  assert.equal(COLUMN.total, 5);
});

test("an unknown kind is passed over, an unknown version is said", () => {
  assert.equal(decodeFrames(message([], { kind: 9 })), null);
  assert.throws(() => decodeFrames(message([], { version: 2 })), VersionError);
});

test("a message cut short is no message", () => {
  const whole = message([row(0)]);
  for (const length of [0, 1, 31, 32, 95]) {
    assert.throws(() => decodeFrames(whole.slice(0, length)), RangeError);
  }
});

test("state holds the quality in its lowest bits; nothing known is unusable", () => {
  assert.deepEqual([0, 5, 14, NaN].map(qualityOf), [0, 1, 2, 2]);
});
