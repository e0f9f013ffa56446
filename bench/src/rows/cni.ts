import { statSync } from "node:fs";
import { StandInAgent } from "@ratchet/cni-shim/stand-in-agent";
import { TestNode } from "@ratchet/cni-shim/test-node";
import { ptpAlone, succeed } from "../cni-run.js";
import type { Figure, Row } from "../figure.js";
import { medianOf, millisecondsOf, spreadOf } from "../statistics.js";

const ROUNDS = 40;
const WIRE = {
  interfaces: [{ name: "in1", mac: "02:00:00:00:00:01", mtu: 1450, sandbox: "/run/netns/pod" }],
  ips: [{ address: "192.168.2.100/24", interface: 0 }],
  routes: [],
};

export const cni: Row = {
  name: "cni",
  about: "the CNI executable against ptp with host-local, with a stand-in for the agent",
  async measure() {
    const node = new TestNode("bench");
    try {
      const agent = await StandInAgent.listen(node.socket);
      try {
        agent.ratchetPods.add("default/ours");
        agent.addResponse = WIRE;
        return await measureWith(node);
      } finally {
        await agent.close();
      }
    } finally {
      node.remove();
    }
  },
};

async function measureWith(node: TestNode): Promise<Figure[]> {
  const netns = node.addNamespace("pod");
  const config = node.config();
  const other = (command: string) => node.environment(command, "other", netns);
  const ours = (command: string) => node.environment(command, "ours", netns);
  const samples = {
    ptpAdd: [],
    ptpDel: [],
    otherAdd: [],
    otherDel: [],
    oursAdd: [],
    oursDel: [],
    version: [],
  } as Record<"ptpAdd" | "ptpDel" | "otherAdd" | "otherDel" | "oursAdd" | "oursDel" | "version", number[]>;
  for (let round = 0; round < ROUNDS; round++) {
    samples.ptpAdd.push(await millisecondsOf(() => ptpAlone(node, other("ADD"))));
    samples.ptpDel.push(await millisecondsOf(() => ptpAlone(node, other("DEL"))));
    samples.otherAdd.push(await millisecondsOf(() => succeed(node.run(other("ADD"), config))));
    samples.otherDel.push(await millisecondsOf(() => succeed(node.run(other("DEL"), config))));
    samples.oursAdd.push(await millisecondsOf(() => succeed(node.run(ours("ADD"), config))));
    samples.oursDel.push(await millisecondsOf(() => succeed(node.run(ours("DEL"), config))));
    samples.version.push(await millisecondsOf(() => succeed(node.run({ CNI_COMMAND: "VERSION" }, "{}"))));
  }
  const figure = (what: string, of: keyof typeof samples, against?: keyof typeof samples): Figure => ({
    what,
    value: medianOf(samples[of]),
    unit: "ms",
    spread: spreadOf(samples[of]),
    ...(against === undefined ? {} : { baseline: { what: "ptp alone", value: medianOf(samples[against]) } }),
  });
  const add = medianOf(samples.ptpAdd);
  return [
    {
      ...figure("CNI ADD of a pod of Ratchet's, boot network loopback, agent's own work apart", "oursAdd", "ptpAdd"),
      bar: "at most 1.5 of ptp",
      isMet: medianOf(samples.oursAdd) <= 1.5 * add,
    },
    {
      ...figure("CNI ADD of another pod", "otherAdd", "ptpAdd"),
      bar: "at most 20 ms above",
      isMet: medianOf(samples.otherAdd) - add <= 20,
    },
    figure("CNI DEL of a pod of Ratchet's, agent's own work apart", "oursDel", "ptpDel"),
    figure("CNI DEL of another pod", "otherDel", "ptpDel"),
    figure("the executable's start (VERSION)", "version"),
    { what: "the executable's size", value: statSync(node.shim.path).size / 2 ** 20, unit: "MiB" },
  ];
}
