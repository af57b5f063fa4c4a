// A film: the recording of both worlds. The server sends it in chunks; playing it needs no further request.
import { dateOf, lastMonth, percent, times, yearOf } from "moat/base/format.js";

const REVERSAL_MONTHS = 6;
const CUT = 0.1;
const TOLERANCE = 1e-9;

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const bytesOf = (buffer) => new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength);

export class Film {
  constructor() {
    this.title = null;
    this.worlds = [];
    this.loaded = 0;
    this.outcomes = null;
    this.queue = Promise.resolve();
  }

  // Inflating is asynchronous: each chunk waits for the one before it, which keeps their order.
  add(content, buffers) {
    this.queue = this.queue.then(() => this.#append(content, buffers.map(bytesOf)));
    return this.queue;
  }

  async #append(content, buffers) {
    if (content.part === "title") await this.#begin(content, buffers);
    else if (content.part === "months") await this.#appendMonths(content, buffers);
    else if (content.part === "end") this.outcomes = content.outcomes;
  }

  async #begin(content, buffers) {
    this.title = content;
    const places = await inflate(buffers[0]);
    this.worlds = ["A", "B"].map((name) => ({
      name,
      places,
      series: {},
      ages: [],
      agencies: [],
      elections: [],
      decisions: [],
      events: [],
      snapshots: [],
      reversals: [],
    }));
  }

  async #appendMonths(content, buffers) {
    let next = 0;
    for (const [index, piece] of content.worlds.entries()) {
      const world = this.worlds[index];
      const data = await inflate(buffers[next++]);
      if (piece.moved) {
        const steps = await inflate(buffers[next++]);
        world.places = world.places.map((place, i) => (place + steps[i]) & 255);
      }
      for (const [name, values] of Object.entries(piece.series)) (world.series[name] ??= []).push(...values);
      for (const name of ["ages", "agencies", "elections", "decisions", "events"]) world[name].push(...piece[name]);
      this.#appendSnapshots(world, piece.snapshots, data);
    }
    this.loaded = content.first + content.count;
    for (const world of this.worlds) world.reversals = this.#reversals(world);
  }

  // Each snapshot arrives as its difference from the one before.
  #appendSnapshots(world, months, data) {
    const { voters } = this.title;
    let previous = world.snapshots.at(-1)?.data;
    months.forEach((month, index) => {
      const current = data.slice(index * voters, (index + 1) * voters);
      if (previous) for (let i = 0; i < voters; i += 1) current[i] ^= previous[i];
      world.snapshots.push({ month, data: current });
      previous = current;
    });
  }

  // First months of runs of six or more at or below the openness before the policy, after months above it.
  #reversals(world) {
    const months = [];
    let above = false;
    let run = 0;
    world.series.openness.forEach((openness, month) => {
      if (openness > this.title.before + TOLERANCE) {
        above = true;
        run = 0;
        return;
      }
      run += 1;
      const first = month - REVERSAL_MONTHS + 1;
      if (run === REVERSAL_MONTHS && above && first >= this.title.takeover) {
        months.push(first);
        above = false;
      }
    });
    return months;
  }

  snapshotAt(world, month) {
    return world.snapshots.findLast((snapshot) => snapshot.month <= month) ?? world.snapshots[0];
  }

  reversalsBy(world, month) {
    return world.reversals.filter((reversal) => reversal <= month).length;
  }

  attemptedBy(world, month) {
    return world.events.some((event) => event.kind === "docketed" && event.restrictive && event.month <= month
      && event.month >= this.title.takeover);
  }

  // Whether openness fell to a level since the takeover and stayed at or below it for six months in a row.
  #wentBackTo(level, world, month) {
    const { takeover } = this.title;
    if ((world.series.openness[takeover - 1] ?? 0) <= level + TOLERANCE) return false;
    let run = 0;
    return world.series.openness.slice(takeover, month + 1).some((openness) => {
      run = openness <= level + TOLERANCE ? run + 1 : 0;
      return run === REVERSAL_MONTHS;
    });
  }

  cutBackAt(world, month) {
    if (this.title.takeover === 0) return false;
    const start = world.series.openness[this.title.takeover - 1] ?? 0;
    return world.series.openness[Math.min(month, this.loaded - 1)] <= start - CUT + TOLERANCE;
  }

  // What has happened to the policy of a world, as the end of a sentence that begins "the policy".
  policyStatus(world, month) {
    const count = this.reversalsBy(world, month);
    if (count > 0) return `went back to extreme care ${times(count)}`;
    if (this.title.history) return "has not gone back to extreme care";
    if (this.#wentBackTo(this.title.neutral, world, month)) return "went back to neutral, not to extreme care";
    if (this.cutBackAt(world, month)) return "was tightened, but not back to neutral";
    if (this.attemptedBy(world, month)) return "stays in force after an attempt to restrict it";
    const deterred = world.decisions.filter((decision) => decision.deterred && decision.month <= month).length;
    if (deterred > 0) return `stays in force (the next election deterred the government ${times(deterred)})`;
    return "stays in force";
  }

  // The sentence under the heading of the page.
  sentence(time) {
    if (this.loaded === 0) return "The first months are loading.";
    const month = lastMonth(time);
    const date = dateOf(month);
    if (time < this.title.takeover) {
      const inForce = time > this.title.friendly_month;
      return `${date}: the author party governs, and its policy ${inForce ? "is in force" : "is in preparation"}. `
        + `In January ${yearOf(this.title.takeover)} the opposed party takes office.`;
    }
    const [a, b] = this.worlds.map((world) => this.policyStatus(world, month));
    const share = percent(this.title.breadth);
    if (this.title.breadth === 0) return `By ${date} the policy ${a}. Nobody holds crypto in either world.`;
    if (a === b) return `By ${date} both worlds agree: the policy ${a}, without exposure and with ${share} exposed.`;
    return `By ${date} the policy ${a} without exposure, and ${b} with ${share} of voters exposed.`;
  }
}
