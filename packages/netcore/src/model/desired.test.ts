import type { ApiAssignment, AssignedPort, AssignedWire } from "@ratchet/contracts";
import { describe, expect, test } from "vitest";
import { Desired } from "./desired.js";

type Frame = Omit<ApiAssignment, "type" | "version">;
const empty: Frame = {
  storeId: "s",
  revision: 1,
  full: false,
  pods: [],
  ports: [],
  wires: [],
  removedPods: [],
  removedPorts: [],
  removedWires: [],
};
const port = (podUid: string): AssignedPort => ({
  podUid,
  interface: "in1",
  mtuBytes: 1450,
  mac: null,
  addresses: [],
  routes: [],
});
const wire = (linkUid: string, a: string, b: string, revision = 1): AssignedWire => ({
  linkUid,
  namespace: "default",
  name: linkUid,
  revision,
  state: "up",
  far: "present",
  port: { podUid: a, interface: "in1" },
  peer: { type: "port", port: { podUid: b, interface: "in1" } },
});
const tunnel = (linkUid: string, a: string, vni: number): AssignedWire => ({
  ...wire(linkUid, a, ""),
  peer: { type: "tunnel", tunnel: { vni, localAddress: "1", remoteAddress: "2", port: 4789, mtuBytes: 1450 } },
});

describe("Desired", () => {
  test("a delta touches what it names, and the ports that a moved wire has left", () => {
    const desired = new Desired();
    desired.apply({ ...empty, ports: [port("a"), port("b"), port("c")], wires: [wire("w", "a", "b")] });
    const touched = desired.apply({ ...empty, wires: [wire("w", "a", "c", 2)] });
    expect([...touched.wires]).toEqual(["w"]);
    expect([...touched.ports].sort()).toEqual(["a in1", "b in1"]);
    expect(desired.wireOf("b in1")).toBeUndefined();
    expect(desired.wireOf("c in1")?.revision).toBe(2);
  });

  test("a full frame that says the same touches nothing and keeps every object", () => {
    const desired = new Desired();
    const frame = { ...empty, full: true, ports: [port("a"), port("b")], wires: [wire("w", "a", "b")] };
    desired.apply(frame);
    const before = desired.wires.get("w");
    const touched = desired.apply(structuredClone(frame));
    expect([touched.pods.size, touched.ports.size, touched.wires.size, touched.vnis.size]).toEqual([0, 0, 0, 0]);
    expect(desired.wires.get("w")).toBe(before);
  });

  test("what a full frame leaves out is gone, and named", () => {
    const desired = new Desired();
    desired.apply({ ...empty, full: true, ports: [port("a"), port("b")], wires: [tunnel("w", "a", 7)] });
    const touched = desired.apply({ ...empty, full: true, ports: [port("b")] });
    expect([...touched.wires]).toEqual(["w"]);
    expect([...touched.ports]).toEqual(["a in1"]);
    expect([...touched.vnis]).toEqual([7]);
    expect(desired.wireOfVni(7)).toBeUndefined();
    expect(desired.toAssignment()).toMatchObject({ ports: [port("b")], wires: [] });
  });

  test("a tunnel that changes its VNI touches the old one", () => {
    const desired = new Desired();
    desired.apply({ ...empty, wires: [tunnel("w", "a", 7)] });
    expect([...desired.apply({ ...empty, wires: [tunnel("w", "a", 8)] }).vnis]).toEqual([7]);
    expect(desired.wireOfVni(8)?.linkUid).toBe("w");
  });
});
