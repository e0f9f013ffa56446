import type { CniRegistration as Registration } from "@ratchet/contracts";
import { describe, expect, test } from "vitest";
import { Registrations } from "./registrations.js";

function registration(containerId: string, podUid: string, more: Partial<Registration> = {}): Registration {
  return {
    ...{ containerId, ifName: "eth0", networkName: "net", podUid, namespace: "default", name: podUid },
    ...{ netns: `/run/netns/${containerId}`, dev: "4", inode: containerId, bootId: "boot", at: "", local: null },
    ...more,
  };
}

function ids(list: readonly Registration[]): string[] {
  return list.map(({ containerId }) => containerId);
}

describe("an ADD", () => {
  test("again of one container keeps one registration", () => {
    const all = new Registrations();
    all.put(registration("c1", "u"));
    all.put(registration("c1", "u"));
    expect(ids(all.all())).toEqual(["c1"]);
  });

  test("of a new container replaces the pod's former one, whose DEL finds nothing", () => {
    const all = new Registrations();
    all.put(registration("c1", "u"));
    all.put(registration("c2", "u"));
    expect(all.remove({ containerId: "c1", ifName: "eth0" })).toBeUndefined();
    expect(all.ofPod("u")?.containerId).toBe("c2");
    expect(all.size).toBe(1);
  });

  test("of one container for another pod leaves the first pod without", () => {
    const all = new Registrations();
    all.put(registration("c1", "u"));
    all.put(registration("c1", "v"));
    expect(all.ofPod("u")).toBeUndefined();
    expect(all.ofPod("v")?.containerId).toBe("c1");
  });
});

test("a DEL takes its own attachment alone", () => {
  const all = new Registrations();
  all.put(registration("c1", "u"));
  expect(all.remove({ containerId: "c1", ifName: "net1" })).toBeUndefined();
  expect(all.remove({ containerId: "c1", ifName: "eth0" })?.podUid).toBe("u");
  expect(all.ofPod("u")).toBeUndefined();
  expect(all.size).toBe(0);
});

test("a GC means what its network does not list", () => {
  const all = new Registrations();
  all.put(registration("c1", "u"));
  all.put(registration("c2", "v"));
  all.put(registration("c3", "w", { networkName: "other" }));
  expect(ids(all.notAmong([{ containerID: "c2", ifname: "eth0" }], "net"))).toEqual(["c1"]);
});

test("the dead are those of another boot, and those at whose path another namespace or none lies", () => {
  const all = new Registrations();
  all.put(registration("alive", "u"));
  all.put(registration("rebooted", "v", { bootId: "before" }));
  all.put(registration("replaced", "w"));
  all.put(registration("gone", "x"));
  const at = new Map([
    ["/run/netns/alive", "alive"],
    ["/run/netns/rebooted", "rebooted"],
    ["/run/netns/replaced", "somebody else"],
  ]);
  const identify = (path: string) => {
    const inode = at.get(path);
    return inode === undefined ? undefined : { dev: "4", inode };
  };
  expect(ids(all.dead("boot", identify))).toEqual(["rebooted", "replaced", "gone"]);
});
