import { describe, expect, it } from "vitest";
import { etcdRevisions, type Gate, readGate, shownRevision, writeGate } from "./gate.js";

const gate: Gate = {
  revision: 40,
  spans: [
    { at: 10, until: 13 },
    { at: 20, until: 21 },
  ],
};

describe("gate", () => {
  it("shows everything that a large transaction wrote at the revision of its commit", () => {
    const shown = [9, 10, 11, 13, 14, 20, 21, 22].map((revision) => shownRevision(gate, revision));
    expect(shown).toEqual([9, 10, 10, 10, 14, 20, 20, 22]);
    const open: Gate = { ...gate, open: { id: "t", direct: {} } };
    expect([39, 40, 41, 99].map((revision) => shownRevision(open, revision))).toEqual([39, 40, 40, 40]);
  });

  it("finds back the revisions that are shown as one, and none for one that is never shown", () => {
    expect(etcdRevisions(gate, 9)).toEqual({ from: 9, to: 9 });
    expect(etcdRevisions(gate, 10)).toEqual({ from: 10, to: 13 });
    expect(etcdRevisions(gate, 11)).toBeUndefined();
    expect(etcdRevisions(gate, 14)).toEqual({ from: 14, to: 14 });
  });

  it("comes back from etcd as it was written", () => {
    const open: Gate = { ...gate, open: { id: "t", direct: { "/a": 3 } } };
    const kv = {
      key: Buffer.of(),
      createRevision: "1",
      modRevision: "40",
      version: "1",
      value: writeGate(open),
      lease: "0",
    };
    expect(readGate(kv)).toEqual(open);
    expect(readGate(undefined)).toEqual({ revision: 0, spans: [] });
  });
});
