// A canvas that keeps the size of its box and the sharpness of its screen.

const SHARPEST = 2;

export class Surface {
  /** @param {HTMLCanvasElement} canvas @param {() => void} onResize */
  constructor(canvas, onResize) {
    this.canvas = canvas;
    this.ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.width = 0;
    this.height = 0;
    this.observer = new ResizeObserver(() => {
      this.#fit();
      onResize();
    });
    this.observer.observe(canvas);
  }

  #fit() {
    const ratio = Math.min(window.devicePixelRatio || 1, SHARPEST);
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** Empty the picture. */
  clear() {
    this.ctx.clearRect(0, 0, this.width, this.height);
  }

  /** Stop watching the size. */
  close() {
    this.observer.disconnect();
  }
}
