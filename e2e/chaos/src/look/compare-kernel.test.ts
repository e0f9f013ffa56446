import { expect, test } from "vitest";
import type { Expected, ExpectedPort } from "../model/expected.js";
import { compareKernel } from "./compare-kernel.js";
import type { Seen, SeenNode } from "./kernel.js";
import type { IpLink } from "./namespace.js";

const nodes = [{ name: "left", labels: {}, address: "10.255.0.1" }];

function port(name: string, other: string): ExpectedPort {
  return {
    alias: `default/${name}:e0`,
    mtuBytes: 1450,
    mac: undefined,
    addresses: [`10.0.0.${name === "a" ? 1 : 2}/24`],
    routes: [],
    hasCarrier: true,
    leadsTo: `default/${other}:e0`,
    link: "ab",
    life: "",
  };
}

const wanted: Expected = {
  nodes: new Map([
    [
      "left",
      {
        tunnels: new Map(),
        pods: new Map(
          [
            ["a", "b"],
            ["b", "a"],
          ].map(([name = "", other = ""]) => [
            `default.${name}`,
            { namespace: "default", name, loopback: [], ports: new Map([["e0", port(name, other)]]) },
          ]),
        ),
      },
    ],
  ]),
  pods: new Map(),
  links: new Map(),
};

function veth(ifname: string, ifindex: number, peer: number, ifalias: string, address?: string): IpLink {
  const addresses = address === undefined ? [] : [{ family: "inet", local: address, prefixlen: 24, scope: "global" }];
  const flags = ["UP", "LOWER_UP"];
  return {
    ifname,
    ifindex,
    link_index: peer,
    ifalias,
    address: "02:00:00:00:00:00",
    mtu: 1450,
    flags,
    operstate: "UP",
    addr_info: addresses,
  };
}

const PANEL = { a: "p00000000000a", b: "p00000000000b" };

function good(): Seen {
  const seePod = (
    name: "a" | "b",
    index: number,
  ): [string, SeenNode["pods"] extends Map<string, infer P> ? P : never] => [
    `default.${name}`,
    {
      netns: name,
      inode: index,
      routes: [],
      links: [veth("e0", 2, index, `ratchet id default/${name}:e0`, `10.0.0.${index}`)],
    },
  ];
  const panel = [veth(PANEL.a, 1, 2, "default/a:e0"), veth(PANEL.b, 2, 2, "default/b:e0")];
  const leadsTo = new Map([
    [PANEL.a, PANEL.b],
    [PANEL.b, PANEL.a],
  ]);
  return {
    strangers: [],
    nodes: new Map([
      ["left", { panel: { links: panel, leadsTo }, own: [], pods: new Map([seePod("a", 1), seePod("b", 2)]) }],
    ]),
  };
}

test("finds nothing where everything is as it has to be", () => {
  expect(compareKernel(wanted, good(), "id", nodes)).toEqual([]);
});

test.each<[string, (node: SeenNode, seen: Seen) => void, RegExp]>([
  ["a namespace too many", (_, seen) => seen.strangers.push("ghost"), /namespace ghost is left over/],
  ["a lost redirect", ({ panel }) => panel.leadsTo.delete(PANEL.a), /default\/a:e0 leads to nowhere/],
  ["a redirect astray", ({ panel }) => panel.leadsTo.set(PANEL.a, PANEL.a), /default\/a:e0 leads to default\/a:e0/],
  ["a panel half that is down", ({ panel }) => panel.links[0]?.flags.splice(0), /half of default\/a:e0 is down/],
  ["a renamed panel half", ({ panel }) => Object.assign(panel.links[0] ?? {}, { ifname: "else" }), /is called else/],
  [
    "a tunnel nobody asked for",
    ({ panel }) => panel.links.push(veth("vx9", 9, 9, "tunnel default/x")),
    /vx9 .* is left over/,
  ],
  ["a lost pod", ({ pods }) => pods.delete("default.b"), /pod default.b has no namespace/],
  [
    "another pod's half",
    ({ pods }) => Object.assign(pods.get("default.a")?.links[0] ?? {}, { ifindex: 9 }),
    /not the other half/,
  ],
  ["a lost address", ({ pods }) => pods.get("default.a")?.links[0]?.addr_info.splice(0), /addresses are \[\]/],
  ["another MTU", ({ pods }) => Object.assign(pods.get("default.a")?.links[0] ?? {}, { mtu: 9 }), /has MTU 9/],
])("finds %s", (_, spoil, text) => {
  const seen = good();
  spoil(seen.nodes.get("left") as SeenNode, seen);
  expect(compareKernel(wanted, seen, "id", nodes).join("\n")).toMatch(text);
});
