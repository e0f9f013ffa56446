import type { AgentState, Assignment, CniPendingDel, CniRegistration, FaultRecord } from "@ratchet/contracts";

const POD = { namespace: "default", sysctls: { "net.ipv4.ip_forward": "1" }, loopback: ["2.2.2.2/32"] };

/** One of each: a pod of each kind, ports with and without routes, a wire inside the node and one that leaves it. */
export const ASSIGNMENT: Assignment = {
  storeId: "s",
  revision: 7,
  pods: [
    { ...POD, podUid: "u1", name: "a", sandbox: { managed: true }, isRunning: true, incarnation: 1 },
    { ...POD, podUid: "u2", name: "b", sandbox: { cni: true }, isRunning: true, incarnation: 0 },
    { ...POD, podUid: "u3", name: "c", sandbox: { path: "/run/netns/c" }, isRunning: false, incarnation: 0 },
  ],
  ports: [
    {
      ...{ podUid: "u1", interface: "in1", mtuBytes: 1450, mac: "02:00:00:00:00:01" },
      ...{ addresses: ["10.0.0.1/24", "fd00::1/64"], routes: [{ to: "default", via: "10.0.0.2" }] },
    },
    { podUid: "u2", interface: "in1", mtuBytes: 1450, mac: null, addresses: ["10.0.0.2/24"], routes: [] },
    { podUid: "u1", interface: "in2", mtuBytes: 1450, mac: null, addresses: [], routes: [{ to: "10.9.0.0/16" }] },
  ],
  wires: [
    {
      ...{ linkUid: "l1", namespace: "default", name: "ab", revision: 5, state: "up", far: "present" },
      port: { podUid: "u1", interface: "in1" },
      peer: { type: "port", port: { podUid: "u2", interface: "in1" } },
      impair: { toPort: { delayMs: 20, jitterMs: 2, lossPercent: 1, rateKbit: 1000 }, toPeer: null },
    },
    {
      ...{ linkUid: "l2", namespace: "default", name: "ac", revision: 6, state: "down", far: "unknown" },
      port: { podUid: "u1", interface: "in2" },
      peer: {
        type: "tunnel",
        tunnel: { vni: 4711, localAddress: "192.0.2.1", remoteAddress: "192.0.2.2", port: 4789, mtuBytes: 1450 },
      },
    },
  ],
};

export const STATE: AgentState = {
  assignment: ASSIGNMENT,
  sandboxes: [
    {
      ...{ podUid: "u1", netnsName: "ratchet-x.default.a", path: "/run/netns/ratchet-x.default.a", incarnation: 1 },
      ...{ dev: "4", inode: "4026532001", bootId: "boot", isSetUp: true },
      programs: [{ name: "ospfd", pid: 4242, startTime: "1234567" }],
    },
    {
      ...{ podUid: "u2", netnsName: null, path: "/run/netns/cni-1", incarnation: 0, dev: "4", inode: "4026532002" },
      ...{ bootId: "boot", isSetUp: false, programs: [] },
    },
  ],
};

export const REGISTRATIONS: { registrations: CniRegistration[] } = {
  registrations: [
    {
      ...{ containerId: "c1", ifName: "eth0", networkName: "net", podUid: "u2", namespace: "default", name: "b" },
      ...{ netns: "/run/netns/cni-1", dev: "4", inode: "7", bootId: "boot", at: "2026-01-01T00:00:00.000Z" },
      local: {
        pod: { ...POD, podUid: "u2", name: "b", sandbox: { cni: true }, isRunning: true, incarnation: 1 },
        ports: [{ podUid: "u2", interface: "in1", mtuBytes: 1450, mac: null, addresses: ["10.0.0.2/24"], routes: [] }],
        askers: { in1: "a" },
      },
    },
    {
      ...{ containerId: "c2", ifName: "eth0", networkName: "net", podUid: "u9", namespace: "default", name: "z" },
      ...{ netns: "/proc/9/ns/net", dev: "4", inode: "8", bootId: "earlier", at: "2026-01-01T00:00:00.000Z" },
      local: null,
    },
  ],
};

const WIRES = [{ linkUid: "l1", toPort: true, toPeer: false }];
const TIMES = { bootId: "boot", startedAtMs: 90_000, endsAtMs: 150_000, endedAtMs: null, ended: null };

export const FAULTS: { version: 1; faults: FaultRecord[] } = {
  version: 1,
  faults: [
    {
      ...TIMES,
      fault: {
        ...{ faultUid: "f1", revision: 3, namespace: "default", name: "flapping", wires: WIRES, podUids: [] },
        action: { type: "flap", mode: "down", periodSeconds: 2, downPercent: 50, randomPercent: 10, seed: 1 },
      },
    },
    {
      ...TIMES,
      fault: {
        ...{ faultUid: "f2", revision: 4, namespace: "default", name: "worse", wires: WIRES, podUids: ["u1"] },
        action: { type: "ramp", start: { delayMs: 0 }, end: { delayMs: 100 }, overSeconds: 30 },
      },
    },
  ],
};

/** A DEL that found no agent. */
export const NOTE: CniPendingDel = {
  ...{ containerId: "c1", ifName: "eth0", netns: "/run/netns/cni-1", namespace: "default", name: "b", uid: "u2" },
  at: "2026-01-01T00:00:00.000Z",
};
