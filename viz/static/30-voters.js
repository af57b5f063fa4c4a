// Voters of one world on a canvas: across ideology, up age. Ballots by colour and by shape; holders in the dark tone.
const rgba = (hex) => {
  const value = parseInt(hex.slice(1), 16);
  return (255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16);
};
const INKS = [
  [COLOURS.none, "#7d7d7d"], [COLOURS.authorLight, COLOURS.author], [COLOURS.opponentLight, COLOURS.opponent],
].map((pair) => pair.map(rgba));
const AWAKE = 5; // of 7: attention that a threatened stake brings, drawn larger
// A little noise inside the step of a byte, the same for the same voter: no stripes.
const jitter = (i, salt) => ((Math.imul(i + salt, 2654435761) >>> 16) & 255) / 255 - 0.5;

class Voters {
  constructor(label, onPick) {
    this.canvas = h("canvas", { class: "moat-voters", role: "img", "aria-label": label, tabindex: "-1" });
    this.canvas.addEventListener("click", (event) => onPick(this.nearest(event)));
    this.drawn = null;
    this.places = null;
  }

  fit() {
    const box = this.canvas.getBoundingClientRect(), ratio = Math.min(2, window.devicePixelRatio || 1);
    const width = Math.max(1, Math.round(box.width * ratio)), height = Math.max(1, Math.round(box.height * ratio));
    if (this.canvas.width === width && this.canvas.height === height && this.image) return;
    this.canvas.width = width;
    this.canvas.height = height;
    this.context = this.canvas.getContext("2d");
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.dot = Math.max(1, Math.round(1.2 * ratio));
    this.places = null;
    this.drawn = null;
  }

  place(places) {
    const voters = places.length / 2, { width, height } = this.canvas, edge = 2 * this.dot + 1;
    this.x = new Int32Array(voters);
    this.y = new Int32Array(voters);
    for (let i = 0; i < voters; i += 1) {
      const across = (places[i] + jitter(i, 1)) / 255, up = (places[voters + i] + jitter(i, 77)) / 255;
      this.x[i] = clamp(Math.round(edge + across * (width - 2 * edge)), edge, width - edge - 1);
      this.y[i] = clamp(Math.round(height - edge - up * (height - 2 * edge)), edge, height - edge - 1);
    }
    this.places = places;
    this.voters = voters;
    this.drawn = null;
  }

  draw(places, data) {
    this.fit();
    if (this.places !== places) this.place(places);
    if (this.drawn === data) return;
    this.drawn = data;
    const { pixels } = this;
    pixels.fill(0xffffffff);
    // Holders last: they are what the two worlds differ in.
    for (const holders of [0, 1]) for (let i = 0; i < this.voters; i += 1) if (((data[i] >> 2) & 1) === holders) this.#stamp(i, data[i]);
    this.context.putImageData(this.image, 0, 0);
  }

  #stamp(i, byte) {
    const { pixels, x, y } = this, width = this.canvas.width, vote = byte & 3, holds = (byte >> 2) & 1;
    const ink = INKS[vote][holds], at = y[i] * width + x[i], r = this.dot;
    const more = holds && ((byte >> 3) & 7) >= AWAKE ? 1 : 0;
    if (vote === 1) { // a square
      for (let dy = 1 - r - more; dy <= r; dy += 1) for (let dx = 1 - r - more; dx <= r; dx += 1) pixels[at + dy * width + dx] = ink;
    } else if (vote === 2) { // a cross
      for (let d = -r - more; d <= r + more; d += 1) { pixels[at + d] = ink; pixels[at + d * width] = ink; }
      if (more) for (const d of [1, -1]) { pixels[at + d + width] = ink; pixels[at + d - width] = ink; }
    } else {
      pixels[at] = ink;
      if (more) pixels[at + 1] = ink;
    }
  }

  nearest(event) {
    const box = this.canvas.getBoundingClientRect();
    const px = (event.clientX - box.left) * this.canvas.width / box.width;
    const py = (event.clientY - box.top) * this.canvas.height / box.height;
    let best = 0, least = Infinity;
    for (let i = 0; i < (this.voters ?? 0); i += 1) {
      const away = (this.x[i] - px) ** 2 + (this.y[i] - py) ** 2;
      if (away < least) { least = away; best = i; }
    }
    return best;
  }
}
