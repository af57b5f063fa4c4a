// A film: what the server recorded of two worlds. Chunks are added as they arrive; nothing is asked for while playing.
async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const bytesOf = (buffer) => new Uint8Array(buffer.buffer ?? buffer, buffer.byteOffset ?? 0, buffer.byteLength);

class Film {
  constructor() {
    this.title = null;
    this.worlds = [];
    this.loaded = 0;
    this.outcomes = null;
    this.chunks = [];
    this.queue = Promise.resolve();
  }

  add(content, buffers) {
    this.chunks.push([content, buffers.map((one) => bytesOf(one).slice())]);
    // Inflating is asynchronous: chunks wait for one another, so that their order is kept.
    this.queue = this.queue.then(() => this.#take(content, buffers.map(bytesOf)));
    return this.queue;
  }

  async #take(content, buffers) {
    if (content.part === "title") {
      this.title = content;
      const places = await inflate(buffers[0]);
      this.worlds = ["A", "B"].map((name) => ({
        name, places, series: {}, ages: [], agencies: [], elections: [], decisions: [], events: [], snapshots: [],
      }));
    } else if (content.part === "months") {
      let next = 0;
      for (const [number, piece] of content.worlds.entries()) {
        const world = this.worlds[number];
        const data = await inflate(buffers[next++]);
        if (piece.moved) {
          const steps = await inflate(buffers[next++]);
          world.places = world.places.map((place, i) => (place + steps[i]) & 255);
        }
        for (const [name, values] of Object.entries(piece.series)) (world.series[name] ??= []).push(...values);
        for (const name of ["ages", "agencies", "elections", "decisions", "events"]) world[name].push(...piece[name]);
        this.#develop(world, piece.snapshots, data);
      }
      this.loaded = content.first + content.count;
      for (const world of this.worlds) world.reversals = this.reversals(world);
    } else if (content.part === "end") {
      this.outcomes = content.outcomes;
    }
  }

  #develop(world, months, data) {
    const voters = this.title.voters;
    let before = world.snapshots.at(-1)?.data;
    months.forEach((month, number) => {
      const now = data.slice(number * voters, (number + 1) * voters);
      if (before) for (let i = 0; i < voters; i += 1) now[i] ^= before[i];
      world.snapshots.push({ month, data: now });
      before = now;
    });
  }

  picture(world, month) {
    let found = world.snapshots[0];
    for (const one of world.snapshots) {
      if (one.month > month) break;
      found = one;
    }
    return found;
  }

  // First months of runs of six or more at or below the openness before the policy, having been above it.
  reversals(world) {
    const found = [];
    let above = false, run = 0;
    world.series.openness.forEach((openness, month) => {
      if (openness > this.title.before + 1e-9) { above = true; run = 0; return; }
      run += 1;
      if (run === 6 && above && month - 5 >= this.title.takeover) { found.push(month - 5); above = false; }
    });
    return found;
  }

  reversedBy(world, month) { return (world.reversals ?? []).filter((one) => one <= month).length; }

  attemptedBy(world, month) {
    return world.events.some((one) => one.kind === "docketed" && one.restrictive && one.month <= month
      && one.month >= this.title.takeover);
  }

  loweredBy(world, month) {
    const start = world.series.openness[this.title.takeover - 1] ?? 0;
    return this.title.takeover > 0 && world.series.openness[Math.min(month, this.loaded - 1)] <= start - 0.1 + 1e-9;
  }

  fate(world, month) {
    const count = this.reversedBy(world, month);
    if (count > 0) return `was reversed ${times(count)}`;
    if (this.title.history) return "was never reversed";
    if (this.loweredBy(world, month)) return "was cut back but not reversed";
    if (this.attemptedBy(world, month)) return "came under attack but stands";
    const held = world.decisions.filter((one) => one.not_dared && one.month <= month).length;
    return held ? `stands (the government ${held > 1 ? times(held) + " " : ""}did not dare)` : "stands untouched";
  }

  sentence(month) {
    const [a, b] = this.worlds, when = dateOf(Math.max(0, Math.ceil(month) - 1)), share = percent(this.title.breadth);
    if (this.loaded === 0) return "The first months are on their way.";
    if (month < this.title.takeover) {
      const made = month > this.title.friendly_month ? "its policy is in force" : "its policy is being written";
      return `${when}: the party that opened retirement plans to crypto governs, ${made}. `
        + `In January ${2025 + this.title.takeover / 12} the opposed party takes over.`;
    }
    const now = Math.floor(month) - 1;
    if (this.title.breadth === 0) return `By ${when} the policy ${this.fate(a, now)}. Nobody holds crypto in either world.`;
    if (this.fate(a, now) === this.fate(b, now)) return `By ${when} the policy ${this.fate(a, now)} in both worlds, without exposure and with ${share} of voters exposed.`;
    return `By ${when} the policy ${this.fate(a, now)} without exposure, and ${this.fate(b, now)} with ${share} of `
      + "voters exposed.";
  }
}
