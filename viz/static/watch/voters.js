// The voters of one world on a canvas: ideology across, age up. Colour and shape show the ballot, the dark tone a
// holder of crypto, a larger mark high salience.
import { clamp, colourNow, h } from "moat/base/dom.js";

const rgba = (hex) => {
  const value = parseInt(hex.slice(1), 16);
  return (255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
};
// By ballot (0 none, 1 author, 2 opponent): without and with crypto. Read when drawn: they follow the colour scheme.
const inks = () => [["--none", "--none-dark"], ["--author-light", "--author"], ["--opponent-light", "--opponent"]]
  .map((pair) => pair.map((name) => rgba(colourNow(name))));
// Of 7 steps of salience: a mark is larger from here on.
const HIGH_SALIENCE = 5;

const ballotOf = (byte) => byte & 3;
const holdsOf = (byte) => (byte >> 2) & 1;
const salienceOf = (byte) => (byte >> 3) & 7;
// Noise smaller than one step of a byte, fixed for each voter: without it the dots form stripes.
const jitter = (i, salt) => ((Math.imul(i + salt, 2654435761) >>> 16) & 255) / 255 - 0.5;

export class Voters {
  constructor(label, onPick) {
    this.canvas = h("canvas", { class: "moat-voters", role: "img", "aria-label": label, tabindex: "-1" });
    this.canvas.addEventListener("click", (event) => onPick(this.nearest(event)));
    this.drawn = null;
    this.places = null;
  }

  #fitCanvas() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.max(1, Math.round(box.width * ratio));
    const height = Math.max(1, Math.round(box.height * ratio));
    if (this.canvas.width === width && this.canvas.height === height && this.image) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.radius = Math.max(1, Math.round(1.2 * ratio));
    this.places = null;
    this.drawn = null;
  }

  #place(places) {
    const voters = places.length / 2;
    const { width, height } = this.canvas;
    const edge = 2 * this.radius + 1;
    this.x = new Int32Array(voters);
    this.y = new Int32Array(voters);
    for (let i = 0; i < voters; i += 1) {
      const across = (places[i] + jitter(i, 1)) / 255;
      const up = (places[voters + i] + jitter(i, 77)) / 255;
      this.x[i] = clamp(Math.round(edge + across * (width - 2 * edge)), edge, width - edge - 1);
      this.y[i] = clamp(Math.round(height - edge - up * (height - 2 * edge)), edge, height - edge - 1);
    }
    this.places = places;
    this.voters = voters;
    this.drawn = null;
  }

  draw(places, data) {
    this.#fitCanvas();
    if (this.places !== places) this.#place(places);
    if (this.drawn === data) return;
    this.drawn = data;
    this.inks = inks();
    this.pixels.fill(rgba(colourNow("--paper")));
    // Holders are drawn last, on top: the two worlds differ in them.
    for (const holders of [0, 1]) {
      for (let i = 0; i < this.voters; i += 1) if (holdsOf(data[i]) === holders) this.#mark(i, data[i]);
    }
    this.context.putImageData(this.image, 0, 0);
  }

  #mark(i, byte) {
    const { pixels, radius } = this;
    const width = this.canvas.width;
    const centre = this.y[i] * width + this.x[i];
    const ballot = ballotOf(byte);
    const ink = this.inks[ballot][holdsOf(byte)];
    const extra = holdsOf(byte) && salienceOf(byte) >= HIGH_SALIENCE ? 1 : 0;
    if (ballot === 1) { // a square
      for (let dy = 1 - radius - extra; dy <= radius; dy += 1) {
        for (let dx = 1 - radius - extra; dx <= radius; dx += 1) pixels[centre + dy * width + dx] = ink;
      }
    } else if (ballot === 2) { // a cross
      for (let d = -radius - extra; d <= radius + extra; d += 1) {
        pixels[centre + d] = ink;
        pixels[centre + d * width] = ink;
      }
      if (extra) {
        for (const d of [1, -1]) {
          pixels[centre + d + width] = ink;
          pixels[centre + d - width] = ink;
        }
      }
    } else { // a point
      pixels[centre] = ink;
      if (extra) pixels[centre + 1] = ink;
    }
  }

  // Row of the voter drawn nearest to a click.
  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const px = (event.clientX - box.left) * this.canvas.width / box.width;
    const py = (event.clientY - box.top) * this.canvas.height / box.height;
    let nearest = 0;
    let least = Infinity;
    for (let i = 0; i < (this.voters ?? 0); i += 1) {
      const distance = (this.x[i] - px) ** 2 + (this.y[i] - py) ** 2;
      if (distance < least) {
        least = distance;
        nearest = i;
      }
    }
    return nearest;
  }
}
