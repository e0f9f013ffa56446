import { type Finding, type InspectResult, keys } from "@ratchet/contracts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AgentStandIn } from "../test-support/agent-stand-in.js";
import { TestApi } from "../test-support/running-api.js";

const DOCTOR = "/api/v1/doctor";
const LINK = "/api/v1/namespaces/default/links/ab";
let api: TestApi;
let agents: AgentStandIn[];
let kernels: Map<string, Partial<InspectResult>>;

beforeEach(async () => {
  api = await TestApi.start();
  kernels = new Map();
  agents = await Promise.all(
    ["left", "right"].map((name, i) => AgentStandIn.connect({ url: api.url, name, vtepAddress: `10.9.0.${i + 1}` })),
  );
  for (const agent of agents) answerInspect(agent);
  await api.pod("a", { node: "left", sandbox: { managed: true }, loopback: ["1.1.1.1/32"] });
  await api.pod("b", { node: "right", sandbox: { managed: true } });
  await api.link("ab", [
    { pod: "a", interface: "e1", addresses: ["10.0.0.1/24"] },
    { pod: "b", interface: "e1" },
  ]);
  await api.link(
    "auto",
    ["a", "b"].map((pod) => ({ pod, interface: "e2" })),
    { autoAddresses: "both" },
  );
  await api.until(LINK, ({ status }) => status.phase === "Up");
});
afterEach(async () => {
  for (const agent of agents) await agent.kill();
  await api.stop();
});

/** A kernel that has what its agent was told, but for what a test says. */
function answerInspect(agent: AgentStandIn): void {
  agent.onRequest = ({ id, params }) => {
    const vnis = [...agent.wires.values()].flatMap(({ peer }) => (peer.type === "tunnel" ? [peer.tunnel.vni] : []));
    const ports = [...agent.ports.values()].map(({ podUid, interface: ifName }) => ({ podUid, interface: ifName }));
    const broken = kernels.get(agent.name);
    if ((params as { mend: boolean }).mend) kernels.delete(agent.name);
    agent.send({
      type: "reply",
      id,
      done: true,
      result: { panel: "panel", differences: [], extras: [], ports, vnis, ...broken },
    });
  };
}

const examine = async (): Promise<Finding[]> => (await api.get(DOCTOR)).body.findings;
const brief = (findings: Finding[]) => findings.map(({ code, where, subject }) => `${code} ${where} ${subject}`).sort();

test("a sound installation has nothing wrong, and was looked at whole", async () => {
  const { body } = await api.get(DOCTOR);
  expect(body).toMatchObject({ nodes: ["left", "right"], findings: [], mended: [] });
});

describe("what is broken on purpose is found exactly, and mended", () => {
  const subnet = () => [...api.core.mirror.world.subnetsIn("default")].sort()[0] ?? "";
  const store = () => api.core.store;
  const put = (key: string, value: object | string) =>
    store().txn({ ops: [{ op: "put", key, value: typeof value === "string" ? value : JSON.stringify(value) }] });

  const cases: [string, () => Promise<unknown>, () => string[]][] = [
    [
      "a claim on an interface was taken away",
      () => store().txn({ ops: [{ op: "delete", key: keys.port("default", "a", "e1") }] }),
      () => [`ClaimMissing store ${keys.port("default", "a", "e1")}`],
    ],
    [
      "a claim on an address was taken away",
      () => store().txn({ ops: [{ op: "delete", key: keys.address("default", "a", "1.1.1.1") }] }),
      () => [`ClaimMissing store ${keys.address("default", "a", "1.1.1.1")}`],
    ],
    [
      "a claim was given to somebody else",
      () => put(keys.port("default", "b", "e1"), { linkUid: "other", link: "other" }),
      () => [`ClaimMissing store ${keys.port("default", "b", "e1")}`],
    ],
    [
      "an interface is claimed for a link that never was",
      () => put(keys.port("default", "a", "e9"), { linkUid: "gone", link: "gone" }),
      () => [`Orphan store ${keys.port("default", "a", "e9")}`],
    ],
    [
      "addresses are held for a link that never was",
      () =>
        put(keys.subnet("default", "198.18.7.0"), {
          network: "198.18.7.0",
          linkUid: "gone",
          namespace: "default",
          link: "gone",
        }),
      () => [`Orphan store ${keys.subnet("default", "198.18.7.0")}`],
    ],
    [
      "a binding outlived its pod",
      () => put(keys.binding("default", "gone"), { podUid: "gone", node: "left" }),
      () => [`Orphan store ${keys.binding("default", "gone")}`],
    ],
    [
      "a chosen pod outlived the link that chose it",
      () => put(keys.choice("default", "gone"), { linkUid: "gone", ends: [null, { pod: "a", refusal: null }] }),
      () => [`Orphan store ${keys.choice("default", "gone")}`],
    ],
    [
      "a claim cannot be read",
      () => put(keys.port("default", "a", "e9"), "{"),
      () => [`ValueUnreadable store ${keys.port("default", "a", "e9")}`],
    ],
    [
      "a device lies in a panel that belongs to nobody",
      async () => kernels.set("left", { extras: [{ ifName: "mine", kind: "bridge", alias: "", isOwn: false }] }),
      () => ["DeviceExtra left mine"],
    ],
    [
      "a device is missing in a kernel",
      async () =>
        kernels.set("right", {
          differences: [
            { kind: "Link", namespace: "default", name: "ab", findings: ["the port default/b:e1 is missing"] },
          ],
        }),
      () => ["KernelDiffers right Link default/ab"],
    ],
  ];

  test.each(cases)("%s", async (_, breakIt, expected) => {
    const before = [...(await store().range("/ratchet/")).entries].map(({ key, value }) => `${key} ${value}`);
    await breakIt();
    const findings = await examine();
    expect(brief(findings)).toEqual(expected());
    for (const { message, remedy, isMendable } of findings) {
      expect(isMendable).toBe(true);
      expect(message.length * remedy.length).toBeGreaterThan(0);
    }
    const mended = (await api.post(DOCTOR)).body;
    expect(brief(mended.mended)).toEqual(expected());
    expect(mended.findings).toEqual([]);
    const after = [...(await store().range("/ratchet/")).entries].map(({ key, value }) => `${key} ${value}`);
    expect(after.filter((line) => !line.startsWith(keys.outbox()))).toEqual(
      before.filter((line) => !line.startsWith(keys.outbox())),
    );
    expect(await examine()).toEqual([]);
  });

  test("the addresses of a link were taken away: it is given others, and its agents are told", async () => {
    const key = subnet();
    await store().txn({ ops: [{ op: "delete", key }] });
    const subject = `${keys.link("default", "auto")} autoAddresses`;
    const found = brief(await examine());
    expect(found).toContain(`ClaimMissing store ${subject}`);
    expect((await api.post(DOCTOR)).body.findings).toEqual([]);
    const again = (await api.get("/api/v1/namespaces/default/links/auto")).body.status.endpoints[0].autoAddresses;
    expect(again).toHaveLength(2);
    await api.until(LINK, () =>
      [...(agents[0]?.ports.values() ?? [])].some(({ addresses }) => addresses[0] === again[0]),
    );
  });
});

test("what only a person can mend is said and left", async () => {
  const { store } = api.core;
  const stranger = {
    ...(api.core.mirror.world.link(keys.link("default", "ab"))?.data ?? {}),
    uid: "second",
    name: "second",
  };
  await store.txn({
    ops: [
      { op: "put", key: keys.pod("default", "odd"), value: "{" },
      { op: "put", key: "/ratchet/novelty/1", value: "{}" },
      { op: "put", key: keys.link("default", "second"), value: JSON.stringify(stranger) },
    ],
  });
  await agents[1]?.kill();
  const expected = [
    `Contested store ${keys.port("default", "a", "e1")}`,
    `Contested store ${keys.port("default", "b", "e1")}`,
    "KeyUnknown store /ratchet/novelty/1",
    "NodeAway right right",
    `ValueUnreadable store ${keys.pod("default", "odd")}`,
  ];
  expect(brief((await examine()).filter(({ isMendable }) => !isMendable))).toEqual(expected);
  await api.post(DOCTOR);
  expect(brief((await examine()).filter(({ isMendable }) => !isMendable))).toEqual(expected);
});
