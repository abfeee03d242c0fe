import assert from "node:assert/strict";
import { test } from "node:test";

import { PlaybackClock } from "../../../dashboard/live/static/clock.js";
import { WIDTH } from "../../../dashboard/live/static/decode.js";
import { History } from "../../../dashboard/live/static/history.js";
import { Rate, Window } from "../../../dashboard/live/static/statistics.js";

function frames(t0_s, n, step_s = 0.01) {
  const rows = new Float32Array(n * WIDTH);
  for (let i = 0; i < n; i += 1) {
    rows[i * WIDTH] = i * step_s;
    rows[i * WIDTH + 1] = Math.round((t0_s + i * step_s) * 100);
  }
  return { first: 0, n, skipped: 0, age_s: 0, t0_s, sent_s: 0, rows };
}

test("the ring keeps the newest frames in order", () => {
  const history = new History(100);
  for (let k = 0; k < 37; k += 1) history.push(frames(k * 0.07, 7));
  assert.equal(history.length, 100);
  for (let i = 1; i < 100; i += 1) assert.ok(history.time(i) > history.time(i - 1));
  assert.equal(history.latest(1), 258);
  assert.equal(history.value(0, 1), 159);
});

test("times are found whichever way the ring lies", () => {
  const history = new History(64);
  for (let k = 0; k < 10; k += 1) history.push(frames(k * 0.1, 10));
  for (const t_s of [0, 0.36, 0.505, 0.7, 0.99, 5]) {
    const index = history.indexAt(t_s);
    assert.ok(index === history.length || history.time(index) >= t_s);
    assert.ok(index === 0 || history.time(index - 1) < t_s);
  }
});

test("time that runs backwards clears what was there", () => {
  const history = new History(50);
  history.push(frames(100, 20));
  history.push(frames(0.5, 3));
  assert.equal(history.length, 3);
  assert.ok(Math.abs(history.newest_s - 0.52) < 1e-6);
});

test("an empty history knows nothing", () => {
  const history = new History(10);
  assert.ok(Number.isNaN(history.newest_s) && Number.isNaN(history.latest(3)));
  assert.equal(history.indexAt(1), 0);
});

test("uneven arrival does not shake the right edge", () => {
  const clock = new PlaybackClock();
  const lateness_s = [0, 0.02, 0.004, 0.03, 0.015, 0.026, 0.008, 0.015];
  let previous = -Infinity;
  for (let k = 0; k < 400; k += 1) {
    const sent_s = k * 0.02;
    const now_s = 50 + sent_s + lateness_s[k % lateness_s.length];
    clock.observe(sent_s, now_s);
    const edge_s = clock.edge(now_s);
    assert.ok(edge_s >= previous, "the edge runs forwards");
    assert.ok(Math.abs(edge_s - (now_s - 50 - 0.05)) < 2e-3, "and evenly");
    previous = edge_s;
  }
});

test("the edge stands still soon after the stream stops", () => {
  const clock = new PlaybackClock();
  clock.observe(10, 100);
  assert.equal(clock.edge(107), 10.4);
  assert.ok(Number.isNaN(new PlaybackClock().edge(3)));
});

test("a new session moves the clock at once, in both directions", () => {
  const clock = new PlaybackClock();
  clock.observe(900, 100);
  clock.observe(0.5, 101);
  assert.ok(Math.abs(clock.edge(101) - 0.45) < 1e-9);
  clock.observe(77, 102);
  assert.ok(Math.abs(clock.edge(102) - 76.95) < 1e-9);
});

test("percentiles and rates speak of the last values only", () => {
  const window = new Window(10);
  assert.ok(Number.isNaN(window.percentile(0.5)));
  for (let i = 0; i < 25; i += 1) window.add(i);
  assert.equal(window.percentile(0), 15);
  assert.equal(window.percentile(0.5), 20);
  const rate = new Rate();
  let count = 0;
  for (let i = 0; i <= 90; i += 1) count = rate.tick(i / 30);
  assert.equal(count, 30);
});
