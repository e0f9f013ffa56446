import { expect, test } from "vitest";
import { podIn, tunnel } from "../api-stand-in.js";
import { describeLink, describePod } from "./describe.js";
import { paintFor } from "./paint.js";

const plain = paintFor(false, {});
const seen = { ifIndex: 5, mac: "02:00:00:00:00:01", mtu: 1450, operState: "up", message: "" };

test("a link says where it comes from, where its ends are, and what holds of it", () => {
  const link = tunnel("Up");
  link.metadata.labels = { "ratchet.network/source": "kubernetes" };
  link.metadata.annotations = { "ratchet.network/owner": "default/a/uid" };
  link.spec.endpoints[1] = { podSelector: { app: "web" }, interface: "in2" };
  link.status.endpoints = [
    { pod: "a", node: "left", carrier: true, ...seen },
    { pod: "web-1", node: "right", carrier: false, ...seen },
  ];
  link.status.conditions = [
    { type: "Ready", status: "True", reason: "Carrying", message: "both ends", since: "2026-01-01T00:00:00.000Z" },
  ];
  expect(describeLink(link, plain)).toBe(`Link   default/mid
From   kubernetes pod default/a
Phase  Up
Asked  state up, transport auto
Wire   vxlan, VNI 4711, MTU 1450
End 0  a:in1, 10.0.0.1/24, on node left, carrier, index 5, 02:00:00:00:00:01
End 1  web-1:in2 (app=web), on node right, no carrier, index 5, 02:00:00:00:00:01
Ready  True since 2026-01-01T00:00:00.000Z, Carrying: both ends
`);
});

test("a link says what became of echoes over it and when its ends lost their carrier", () => {
  const text = describeLink(tunnel("Up"), plain, {
    ...{ link: "mid", uid: "u", stepMs: 1000, directions: [] },
    probes: {
      ...{ from: "a:in1", to: "b:in1" },
      points: [
        [1000, 2, 2, 0.08, null],
        [2000, 2, 1, 0.12, 0.04],
      ],
    },
    carrier: [
      { end: "a:in1", count: 3, last: [{ at: "2026-01-01T00:00:00.000Z", carrier: false }] },
      { end: "b:in1", count: null, last: [] },
    ],
  });
  expect(text).toContain("Echoes     3 of 4 answered in the last minute, 0.08 to 0.12 ms\n");
  expect(text).toContain("Carrier 0  3 changes, lost 2026-01-01T00:00:00.000Z\n");
  expect(text).not.toContain("Carrier 1");
});

test("a link whose ends nobody has reported says so", () => {
  const text = describeLink(tunnel("Error"), plain);
  expect(text).toContain("Why    no VTEP\n");
  expect(text).toContain("End 0  a:in1, 10.0.0.1/24, on no node, carrier unknown\n");
});

test("a pod says which of its interfaces a link has, and which it has by itself", () => {
  const pod = podIn("/run/netns/a");
  pod.spec.interfaces = [{ name: "in2" }];
  const port = { ifIndex: 5, mac: "02:00:00:00:00:01", mtu: 1450 };
  pod.status.interfaces = [
    { name: "in1", addresses: ["10.0.0.1/24"], carrier: true, link: "mid", ...port },
    { name: "in2", addresses: [], carrier: false, link: null, ...port },
  ];
  expect(describePod(pod, plain)).toBe(`Pod        default/a
Phase      Ready
Node       left
Namespace  /run/netns/a
in1        10.0.0.1/24, carrier, MTU 1450, 02:00:00:00:00:01, link mid
in2        no carrier, MTU 1450, 02:00:00:00:00:01, no link; the pod's own
`);
});
