// One WebSocket: frames and snapshots in, commands out, and an honest word when it is gone.

import { VersionError, decodeFrames } from "./decode.js";
import { text } from "./words.js";

/** @typedef {import("./decode.js").Frames} Frames */
/** @typedef {"connecting" | "open" | "lost" | "down" | "outdated"} Connection */
/** @typedef {{ok: boolean, words?: string}} Reply */

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 5000;
const REPLY_LIMIT_MS = 6000;

/** @param {string} [path] @returns {string} where a stream of this page is, by default the live one */
export function liveAddress(path = "/api/live") {
  const address = new URL(path, window.location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

export class LiveSocket {
  /**
   * @param {string} address
   * @param {object} handlers
   * @param {(frames: Frames) => void} handlers.onFrames
   * @param {(snapshot: any) => void} handlers.onSnapshot
   * @param {(connection: Connection, words?: string) => void} handlers.onConnection
   */
  constructor(address, { onFrames, onSnapshot, onConnection }) {
    this.address = address;
    this.onFrames = onFrames;
    this.onSnapshot = onSnapshot;
    this.onConnection = onConnection;
    this.wait_ms = FIRST_WAIT_MS;
    this.nextId = 1;
    /** @type {Map<number, (reply: Reply) => void>} */
    this.pending = new Map();
    this.closed = false;
    this.#wake = () => this.#hurry();
    window.addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    onConnection("connecting");
    this.#open();
  }

  #wake;
  /** @type {WebSocket | null} */
  #socket = null;
  #timer = 0;

  #open() {
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { this.wait_ms = FIRST_WAIT_MS; };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#lost();
    this.#socket = socket;
  }

  /** @param {ArrayBuffer | string} data */
  #receive(data) {
    if (typeof data !== "string") {
      try {
        const frames = decodeFrames(data);
        if (frames) this.onFrames(frames);
      } catch (error) {
        if (!(error instanceof VersionError)) throw error;
        this.close();
        this.onConnection("outdated");
      }
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "snapshot") {
      this.onConnection("open");
      this.onSnapshot(message);
    } else if (message.type === "service") {
      if (!message.connected) this.onConnection("down", message.words);
    } else if (message.type === "reply") {
      this.pending.get(message.id)?.(message);
      this.pending.delete(message.id);
    }
  }

  #lost() {
    for (const answer of this.pending.values()) {
      answer({ ok: false, words: text("The connection was lost before the answer came. Try again.") });
    }
    this.pending.clear();
    if (this.closed) return;
    this.#diagnose();
    this.#timer = window.setTimeout(() => this.#open(), this.wait_ms);
    this.wait_ms = Math.min(this.wait_ms * 1.7, LONGEST_WAIT_MS);
  }

  /** Tell "this computer cannot reach the dashboard" from "the measuring program is not running". */
  async #diagnose() {
    const address = this.address.replace(/^ws/, "http").replace(/\/live$/, "/health");
    const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
    if (this.closed || this.#socket?.readyState === WebSocket.OPEN) return;
    this.onConnection(answer && !answer.ok ? "down" : "lost");
  }

  /** A phone woke up or the network is back: do not wait for the timer. */
  #hurry() {
    if (this.closed || document.hidden || this.#socket?.readyState !== WebSocket.CLOSED) return;
    window.clearTimeout(this.#timer);
    this.#open();
  }

  /**
   * Send a command and wait for its answer.
   * @param {string} name @param {Record<string, unknown>} [fields]
   * @returns {Promise<Reply>}
   */
  command(name, fields = {}) {
    const socket = this.#socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) {
      return Promise.resolve({ ok: false, words: text("Not connected. Wait for the connection to return, then try again.") });
    }
    const id = this.nextId;
    this.nextId += 1;
    socket.send(JSON.stringify({ ...fields, type: "command", id, name }));
    return new Promise((resolve) => {
      this.pending.set(id, resolve);
      window.setTimeout(() => {
        if (!this.pending.delete(id)) return;
        resolve({ ok: false, words: text("No answer from the measuring program. Try again.") });
      }, REPLY_LIMIT_MS);
    });
  }

  /** Close for good. */
  close() {
    this.closed = true;
    window.clearTimeout(this.#timer);
    window.removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#socket?.close();
  }
}
