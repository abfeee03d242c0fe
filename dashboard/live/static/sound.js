// Coaching for the ears: tones or spoken words, only if the person chose them.

import { settings } from "./settings.js";

const TONES = Object.freeze({
  good: [660],
  amber: [330],
  red: [262, 262],
  rep: [523, 784],
});
const TONE_S = 0.14;
const LOUDNESS = 0.18;
const SAY_AGAIN_MS = 6000;

export class Sound {
  constructor() {
    /** @type {AudioContext | null} */
    this.audio = null;
    this.said = "";
    this.saidAt = -Infinity;
  }

  /** @param {keyof typeof TONES} name */
  tone(name) {
    if (settings().sound !== "tones") return;
    this.audio ??= new AudioContext();
    // Browsers keep a page silent until it was touched; it is then allowed by the next press.
    if (this.audio.state === "suspended") this.audio.resume().catch(() => {});
    TONES[name].forEach((pitch_hz, i) => this.#play(pitch_hz, i * TONE_S));
  }

  /** @param {number} pitch_hz @param {number} after_s */
  #play(pitch_hz, after_s) {
    const audio = /** @type {AudioContext} */ (this.audio);
    const [voice, volume] = [audio.createOscillator(), audio.createGain()];
    const at = audio.currentTime + after_s;
    voice.frequency.value = pitch_hz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
    volume.gain.linearRampToValueAtTime(0, at + TONE_S);
    voice.connect(volume).connect(audio.destination);
    voice.start(at);
    voice.stop(at + TONE_S);
  }

  /** Speak a sentence; the same one not again for a while. @param {string} words @param {number} now_ms */
  speak(words, now_ms) {
    if (settings().sound !== "speech" || !words || !("speechSynthesis" in window)) return;
    if (words === this.said && now_ms - this.saidAt < SAY_AGAIN_MS) return;
    this.said = words;
    this.saidAt = now_ms;
    const speech = new SpeechSynthesisUtterance(words);
    speech.lang = settings().language;
    window.speechSynthesis.cancel();
    window.speechSynthesis.speak(speech);
  }

  /** Be silent for good. */
  close() {
    this.audio?.close();
    if ("speechSynthesis" in window && this.said) window.speechSynthesis.cancel();
  }
}
