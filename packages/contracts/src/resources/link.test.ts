import { describe, expect, it } from "vitest";
import { fieldErrors } from "../api/problem.js";
import { LinkInput } from "./link.js";

interface End {
  pod: string;
  interface: string;
  [key: string]: unknown;
}

function link(a: Partial<End>, b: Partial<End>, spec: object = {}) {
  return {
    metadata: { name: "a-b" },
    spec: {
      endpoints: [
        { pod: "a", interface: "in1", ...a },
        { pod: "b", interface: "in2", ...b },
      ],
      ...spec,
    },
  };
}

function problems(input: unknown): string[] {
  const result = LinkInput.safeParse(input);
  return result.success ? [] : fieldErrors(result.error).map((error) => error.field);
}

describe("a link", () => {
  it("needs no more than its two ends", () => {
    const parsed = LinkInput.parse(link({}, {}));
    expect(parsed.spec).toMatchObject({ transport: "auto", wiring: "patched", state: "up" });
  });

  it("takes what was read from the server, server-owned fields included", () => {
    const read = { ...link({}, {}), apiVersion: "ratchet.network/v1alpha1", kind: "Link", status: { phase: "Up" } };
    const metadata = { ...read.metadata, uid: "anything", revision: 12, createdAt: "then" };
    expect(LinkInput.parse({ ...read, metadata }).metadata).toEqual({ name: "a-b", labels: {}, annotations: {} });
  });

  it.each([
    ["an unknown field at the top", { ...link({}, {}), extra: 1 }, "extra"],
    ["an unknown field in the spec", link({}, {}, { colour: "red" }), "spec.colour"],
    ["an unknown field in an end", link({ speed: 1 }, {}), "spec.endpoints[0].speed"],
    ["an interface name with a slash", link({}, { interface: "a/b" }), "spec.endpoints[1].interface"],
    ["an interface name of 16 bytes", link({ interface: "1234567890123456" }, {}), "spec.endpoints[0].interface"],
    ["a network address", link({ addresses: ["10.0.0.0/24"] }, {}), "spec.endpoints[0].addresses[0]"],
    [
      "an address given twice",
      link({ addresses: ["10.0.0.1/24", "10.0.0.1/25"] }, {}),
      "spec.endpoints[0].addresses[1]",
    ],
    [
      "ends of different families",
      link({ addresses: ["10.0.0.1/24"] }, { addresses: ["fd00::2/64"] }),
      "spec.endpoints[1].addresses",
    ],
    [
      "a next hop of another family",
      link({ routes: [{ to: "10.0.0.0/8", via: "fd00::1" }] }, {}),
      "spec.endpoints[0].routes[0].via",
    ],
    ["a link to itself on one interface", link({}, { pod: "a", interface: "in1" }), "spec.endpoints[1].interface"],
    ["a VNI above 24 bits", link({}, {}, { vni: 2 ** 24 }), "spec.vni"],
    ["a VNI on a veth wire", link({}, {}, { vni: 11, transport: "veth" }), "spec.vni"],
    ["an MTU below what IPv6 needs", link({ addresses: ["fd00::1/64"] }, {}, { mtu: 1000 }), "spec.mtu"],
    [
      "one end only",
      { metadata: { name: "x" }, spec: { endpoints: [{ pod: "a", interface: "x" }] } },
      "spec.endpoints",
    ],
    ["an end of two forms", link({ node: "left" }, {}), "spec.endpoints[0]"],
    ["an end of no form", { metadata: { name: "x" }, spec: { endpoints: [{}, {}] } }, "spec.endpoints[0]"],
    ["a name that is no RFC 1123 label", { ...link({}, {}), metadata: { name: "A_b" } }, "metadata.name"],
    [
      "a dangerous label",
      { ...link({}, {}), metadata: { name: "x", labels: { constructor: "x" } } },
      "metadata.labels.constructor",
    ],
    ["no spec", { metadata: { name: "x" } }, "spec"],
    ["nothing", null, ""],
  ])("refuses %s and names the field", (_, input, field) => {
    expect(problems(input)).toContain(field);
  });

  it("may join two interfaces of one pod", () => {
    expect(problems(link({}, { pod: "a" }))).toEqual([]);
  });

  it.each([
    ["a", []],
    ["*:in2", []],
    // Which pod the labels have chosen is known to the control plane alone.
    ["web-1", []],
    ["web-1:in2", []],
    ["web-1:in1", ["spec.impairments[0].from"]],
    ["*:in1", ["spec.impairments[0].from"]],
  ])("where labels choose a pod, %j as the end that sends gives %j", (from, expected) => {
    const { metadata, spec } = link({}, {});
    const endpoints = [spec.endpoints[0], { podSelector: { app: "web" }, interface: "in2" }];
    expect(problems({ metadata, spec: { endpoints, impairments: [{ from, delayMs: 1 }] } })).toEqual(expected);
  });

  it("tells two ends that labels choose apart by their interfaces, and says so where it cannot", () => {
    const ends = (a: string, b: string) => [
      { podSelector: { app: "a" }, interface: a },
      { podSelector: { app: "b" }, interface: b },
    ];
    const impairments = [{ from: "*:in1", delayMs: 1 }];
    const parsed = (a: string, b: string) =>
      LinkInput.safeParse({ metadata: { name: "l" }, spec: { endpoints: ends(a, b), impairments } });
    expect(parsed("in1", "in2").success).toBe(true);
    expect(parsed("in1", "in1").error?.issues[0]?.message).toContain("give one of them another interface");
  });
});
