import { describe, expect, it } from "vitest";
import { type Gate, noGate, writeGate } from "./gate.js";
import { History, type RawBatch } from "./history.js";
import { Layout } from "./layout.js";
import type { Event } from "./messages.js";

const layout = new Layout("p/");
const opened: Omit<Gate, "revision"> = { spans: [], open: { id: "t", direct: { leased: 1 } } };
const closed: Omit<Gate, "revision"> = { spans: [{ at: 10, until: 13 }] };

// A large transaction at 10: delete a, put leased (by the commit itself), put b, put c; a lease ends at 12.
const stream = [
  put("before", 9),
  put("leased", 10),
  raw(layout.gate, 10, writeGate(opened)),
  put("b", 11),
  put("c", 11),
  raw(layout.step, 11, Buffer.from("[2,3]")),
  remove("other", 12),
  remove("a", 13),
  raw(layout.step, 13, Buffer.from("[0]")),
  raw(layout.gate, 14, writeGate(closed)),
  put("after", 15),
];
const shown = ["9: before", "10: a leased b c", "12: other", "15: after"];

describe("history", () => {
  it("shows a large transaction as one revision, in the order of its operations, then what came meanwhile", () => {
    const history = new History(layout, 8, noGate);
    const batches = history.take(stream);
    expect(batches.map(inShort)).toEqual(shown);
    expect(batches[1]!.changes[2]!.entry).toMatchObject({ createRevision: 10, modRevision: 10 });
    expect(history.position).toBe(15);
  });

  it("shows the same however the stream is cut, and resumes before a transaction it has seen half of", () => {
    const revisions = Map.groupBy(stream, ({ kv }) => Number(kv.modRevision));
    for (let breakAt = 9; breakAt <= 15; breakAt++) {
      const history = new History(layout, 8, noGate);
      const batches: string[] = [];
      const follow = (until: number) => {
        for (const [revision, events] of revisions) {
          if (revision > history.position && revision <= until && !isTaken(revision)) {
            batches.push(...history.take(events).map(inShort));
            taken = revision;
          }
        }
      };
      let taken = 0;
      const isTaken = (revision: number) => revision <= taken;
      follow(breakAt);
      history.rewind();
      taken = history.position;
      follow(15);
      expect(batches, `cut after ${breakAt}`).toEqual(shown);
    }
  });

  it("leaves out a transaction that the reader has seen already", () => {
    const gate: Gate = { revision: 10, ...opened };
    const history = new History(layout, 10, gate);
    expect(history.take(stream.slice(3)).map(inShort)).toEqual(["12: other", "15: after"]);
    const late = new History(layout, 12, gate);
    expect(late.take(stream.slice(7)).map(inShort)).toEqual(["15: after"]);
  });

  it("does not pass over a transaction when it hears that nothing else happened", () => {
    const history = new History(layout, 8, noGate);
    history.take(stream.slice(0, 6));
    history.advance(13);
    expect(history.position).toBe(9);
    expect(history.isFolding).toBe(true);
  });
});

function inShort({ revision, changes }: RawBatch): string {
  return `${revision}: ${changes.map(({ key }) => key).join(" ")}`;
}

function raw(key: Buffer, revision: number, value: Buffer, type = 0): Event {
  const kv = { key, createRevision: revision, modRevision: revision, version: 1, value, lease: "0" };
  return { type, kv, prevKv: null };
}

function put(key: string, revision: number): Event {
  return raw(layout.key(key), revision, Buffer.from("v"));
}

function remove(key: string, revision: number): Event {
  return raw(layout.key(key), revision, Buffer.of(), 1);
}
