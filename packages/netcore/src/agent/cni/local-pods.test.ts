import type { AssignedPort } from "@ratchet/contracts";
import { describe, expect, test } from "vitest";
import { Desired } from "../../model/desired.js";
import { pod, port } from "../testing/scene.js";
import { type Frame, LOCAL_GRACE_MS, LocalPods } from "./local-pods.js";

function frame(more: Partial<Frame> = {}): Frame {
  return {
    ...{ storeId: "s", revision: 1, full: false, pods: [], ports: [], wires: [] },
    ...{ removedPods: [], removedPorts: [], removedWires: [] },
    ...more,
  };
}

const base = { storeId: "s", revision: 1 };
const derived = { pod: pod("a", { sandbox: { cni: true } }), ports: [port("a", "in1", "10.0.0.1/24")] };
const assigned = pod("a", { sandbox: { cni: true }, sysctls: { "net.ipv4.ip_forward": "1" } });

/** The layer and what comes of it. */
class Layered {
  clock = 0;
  readonly desired = new Desired();
  readonly layer = new LocalPods(() => this.clock);

  assign(more: Partial<Frame>, isFromDisk = false): void {
    this.desired.apply(this.layer.merge(frame(more), isFromDisk));
  }

  derive(ports: AssignedPort[] = derived.ports): void {
    this.desired.apply(this.layer.set("uid-a", { ...derived, ports }, base));
  }

  forget(): void {
    this.desired.apply(this.layer.set("uid-a", undefined, base));
  }

  pass(ms: number): void {
    this.clock += ms;
    this.desired.apply(this.layer.expire(base));
  }

  get ports(): string[] {
    return [...this.desired.ports.values()].map((item) => `${item.interface} ${item.addresses.join()}`);
  }
}

describe("a derived pod", () => {
  test("stays through an assignment that does not know it, and goes when it is taken back", () => {
    const it = new Layered();
    it.derive();
    it.assign({ full: true });
    expect([...it.desired.pods.keys()]).toEqual(["uid-a"]);
    expect(it.ports).toEqual(["in1 10.0.0.1/24"]);
    it.forget();
    expect(it.desired.pods.size + it.desired.ports.size).toBe(0);
  });

  test("is as the control plane says once it says something", () => {
    const it = new Layered();
    it.derive();
    it.assign({ pods: [assigned], ports: [port("a", "in1", "10.0.0.9/24")] });
    expect(it.desired.pods.get("uid-a")).toEqual(assigned);
    expect(it.ports).toEqual(["in1 10.0.0.9/24"]);
    it.forget();
    expect(it.ports).toEqual(["in1 10.0.0.9/24"]);
  });

  test("keeps its ports until the control plane had time to name them, then only those it named", () => {
    const it = new Layered();
    it.derive([port("a", "in1"), port("a", "in2")]);
    it.assign({ full: true, pods: [assigned] });
    expect(it.ports).toHaveLength(2);
    expect(it.layer.nextExpiryMs()).toBe(LOCAL_GRACE_MS);
    it.pass(LOCAL_GRACE_MS - 1);
    it.assign({ ports: [port("a", "in2", "10.0.0.2/24")] });
    it.pass(1);
    expect(it.ports).toEqual(["in2 10.0.0.2/24"]);
    expect(it.layer.nextExpiryMs()).toBeUndefined();
  });

  test("is there again when a later assignment lacks the whole pod, and gone when it takes it back by name", () => {
    const it = new Layered();
    it.derive();
    it.assign({ full: true, pods: [assigned], ports: derived.ports });
    it.pass(LOCAL_GRACE_MS);
    it.assign({ full: true });
    expect(it.ports).toEqual(["in1 10.0.0.1/24"]);
    it.assign({ pods: [assigned] });
    it.assign({ removedPods: ["uid-a"] });
    expect(it.desired.pods.size + it.desired.ports.size).toBe(0);
  });

  test("gets no grace from an assignment that was read from the disk", () => {
    const it = new Layered();
    it.derive();
    it.assign({ full: true, pods: [assigned] }, true);
    expect(it.ports).toEqual([]);
  });

  test("is not among what is kept as the control plane's word", () => {
    const it = new Layered();
    it.derive();
    it.assign({ full: true, pods: [pod("b")], ports: [port("b", "in1")] });
    const kept = it.layer.remoteOf(it.desired.toAssignment());
    expect(kept.pods.map(({ podUid }) => podUid)).toEqual(["uid-b"]);
    expect(kept.ports.map(({ podUid }) => podUid)).toEqual(["uid-b"]);
  });
});
