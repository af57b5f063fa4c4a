// The voters of one world on a canvas: ideology across, age up. Colour and shape show the ballot, the dark tone a
// holder of crypto, a larger mark high salience, a ring a ballot that differs between the worlds.
import { clamp, colourNow, h } from "moat/base/dom.js";

// By ballot (0 none, 1 author, 2 opponent): without and with crypto.
const INKS = [["--none", "--none-dark"], ["--author-light", "--author"], ["--opponent-light", "--opponent"]];
// Of 7 steps of salience: a mark is larger from here on.
const HIGH_SALIENCE = 5;
export const EDGE = 5; // pixels between the frame and the outermost voters
const MOST_PIXELS_A_POINT = 2;
const RING_RADIUS = 4.5;

const ballotOf = (byte) => byte & 3;
const holdsOf = (byte) => (byte >> 2) & 1;
const salienceOf = (byte) => (byte >> 3) & 7;
// Noise smaller than one step of a byte, fixed for each voter: without it the dots form stripes.
const jitter = (i, salt) => ((Math.imul(i + salt, 2654435761) >>> 16) & 255) / 255 - 0.5;

function pixelOf(name) {
  const value = parseInt(colourNow(name).slice(1), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

// Offsets [across, down] of the pixels of a mark.
function markOf(ballot, radius) {
  const pixels = [];
  for (let down = -radius; down <= radius; down += 1) {
    for (let across = -radius; across <= radius; across += 1) {
      const square = down > -radius && across > -radius;
      const cross = down === 0 || across === 0;
      if (ballot === 1 ? square : cross) pixels.push([across, down]);
    }
  }
  return pixels;
}

function ringOf(radius) {
  const pixels = [];
  const size = Math.ceil(radius) + 1;
  for (let down = -size; down <= size; down += 1) {
    for (let across = -size; across <= size; across += 1) {
      if (Math.abs(Math.hypot(across, down) - radius) < 0.62) pixels.push([across, down]);
    }
  }
  return pixels;
}

export class Voters {
  constructor(label, onPick) {
    this.canvas = h("canvas", { class: "moat-voters", role: "img", "aria-label": label, tabindex: "-1" });
    this.canvas.addEventListener("click", (event) => onPick(this.nearest(event)));
    this.drawn = null;
    this.places = null;
    const again = () => {
      this.fit();
      if (this.latest) this.draw(...this.latest);
    };
    new ResizeObserver(again).observe(this.canvas);
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }

  // Take the size and the colours of the page anew.
  fit() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = Math.min(MOST_PIXELS_A_POINT, window.devicePixelRatio || 1);
    const width = Math.round(box.width * ratio);
    const height = Math.round(box.height * ratio);
    if (width === 0 || height === 0) return;
    this.drawn = null;
    if (this.canvas.width !== width || this.canvas.height !== height || !this.image) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.context = this.canvas.getContext("2d");
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.ratio = ratio;
      this.places = null;
    }
    this.#prepareMarks(width, ratio * (box.width < 300 ? 0.85 : 1.2));
  }

  // Marks as offsets into the pixels, by ballot, holder and salience: 12 of them.
  #prepareMarks(width, size) {
    const radius = Math.max(1, Math.round(size));
    const offsets = (pixels) => Int32Array.from(pixels, ([across, down]) => down * width + across);
    this.inks = Uint32Array.from(INKS.flat(), pixelOf);
    this.marks = [0, 1, 2].map((ballot) => [0, 1].map((large) => offsets(markOf(ballot, ballot ? radius + large : large))));
    this.ring = offsets(ringOf(RING_RADIUS * this.ratio));
    this.ringInk = pixelOf("--ink");
  }

  #place(places) {
    const voters = places.length / 2;
    const { width, height } = this.canvas;
    const edge = Math.round(EDGE * this.ratio);
    const least = Math.ceil(RING_RADIUS * this.ratio) + 2; // rings stay inside
    this.x = new Int32Array(voters);
    this.y = new Int32Array(voters);
    for (let i = 0; i < voters; i += 1) {
      const across = (places[i] + jitter(i, 1)) / 255;
      const up = (places[voters + i] + jitter(i, 77)) / 255;
      this.x[i] = clamp(Math.round(edge + across * (width - 2 * edge)), least, width - least - 1);
      this.y[i] = clamp(Math.round(height - edge - up * (height - 2 * edge)), least, height - least - 1);
    }
    this.places = places;
    this.voters = voters;
    this.drawn = null;
  }

  // ringed: rows of voters to ring. Nothing is drawn while the same snapshot is shown.
  draw(places, data, ringed = []) {
    this.latest = [places, data, ringed];
    if (!this.image) this.fit();
    if (!this.image) return;
    if (this.places !== places) this.#place(places);
    if (this.drawn === data && this.ringed === ringed) return;
    this.drawn = data;
    this.ringed = ringed;
    this.pixels.fill(0);
    // Holders are drawn last, on top: the two worlds differ in them.
    this.#drawMarks(data, 0);
    this.#drawMarks(data, 1);
    const { pixels, ring, ringInk, x, y, canvas: { width } } = this;
    for (const row of ringed) {
      const centre = y[row] * width + x[row];
      for (let k = 0; k < ring.length; k += 1) pixels[centre + ring[k]] = ringInk;
    }
    this.context.putImageData(this.image, 0, 0);
  }

  #drawMarks(data, holders) {
    const { pixels, marks, inks, voters, x, y, canvas: { width } } = this;
    for (let i = 0; i < voters; i += 1) {
      const byte = data[i];
      if (holdsOf(byte) !== holders) continue;
      const ballot = ballotOf(byte);
      const mark = marks[ballot][holders && salienceOf(byte) >= HIGH_SALIENCE ? 1 : 0];
      const ink = inks[2 * ballot + holders];
      const centre = y[i] * width + x[i];
      for (let k = 0; k < mark.length; k += 1) pixels[centre + mark[k]] = ink;
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
