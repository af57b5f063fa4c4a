// A film: the recording of both worlds. The server sends it in chunks; playing it needs no further request.
import { bytesOf, inflate } from "moat/base/bytes.js";
import { clamp } from "moat/base/dom.js";
import { lastMonth } from "moat/base/format.js";

// Bits of the series `outcome`, deepest first, and how they are named.
const DEPTHS = [[16, "prohibited"], [8, "reversed"], [4, "neutral"], [2, "restricted"], [1, "attempted"]];
const LASTING_MONTHS = 6;
export const ORDER = ["pending", "stands", "attempted", "restricted", "neutral", "reversed", "prohibited"];

const ballotOf = (byte) => byte & 3;

export class Film {
  constructor() {
    this.title = null;
    this.worlds = [];
    this.loaded = 0;
    this.outcomes = null;
    this.queue = Promise.resolve();
    this.differing = new Map();
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

  // The last month that is complete and has arrived, at a point in time.
  monthAt(time) { return clamp(lastMonth(time), 0, Math.max(0, this.loaded - 1)); }

  snapshotAt(world, time) {
    return world.snapshots.findLast((snapshot) => snapshot.month <= time) ?? world.snapshots[0];
  }

  electionAt(world, time) { return world.elections.findLast((election) => election.month < time); }

  // Rows of the voters whose last ballots differ between the worlds; none before the first election.
  votedDifferently(time) {
    const election = this.electionAt(this.worlds[0], time);
    if (!election) return [];
    if (!this.differing.has(election.month)) {
      const [a, b] = this.worlds.map((world) => this.snapshotAt(world, election.month + 1).data);
      const rows = [];
      for (let i = 0; i < a.length; i += 1) if (ballotOf(a[i]) !== ballotOf(b[i])) rows.push(i);
      this.differing.set(election.month, rows);
    }
    return this.differing.get(election.month);
  }

  // What has happened to the policy of a world by the end of a month: the one source of heading, table, ribbon and
  // strip. code: an entry of ORDER; bits: all that has happened; known: first month with it; from: first month of the six that it lasted.
  // Computed by the server, as `moat run` does.
  outcomeAt(world, month) {
    if (month < this.title.takeover) return { code: "pending", bits: 0, known: 0, from: 0 };
    const { outcome } = world.series;
    const bits = outcome?.[month] ?? 0;
    const [bit, code] = DEPTHS.find(([each]) => bits & each) ?? [0, "stands"];
    if (!bit) return { code, bits, known: this.title.takeover, from: this.title.takeover };
    const known = outcome.findIndex((each) => each & bit);
    return { code, bits, known, from: code === "attempted" ? known : known - LASTING_MONTHS + 1 };
  }

  returnsAt(world, month) { return world.series.returns?.[month] ?? 0; }

  deterredAt(world, month) {
    return world.decisions.filter((decision) => decision.deterred && decision.month <= month).length;
  }
}
