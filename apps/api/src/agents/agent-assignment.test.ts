import { ApiAssignment, type AssignedPort, type AssignedWire } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { AgentAssignment } from "./agent-assignment.js";

const port = (podUid: string, mtuBytes = 1450): AssignedPort => ({
  podUid,
  interface: "eth1",
  mtuBytes,
  mac: null,
  addresses: [],
  routes: [],
});
const wire = (linkUid: string, vni: number): AssignedWire => ({
  linkUid,
  namespace: "default",
  name: linkUid,
  revision: 1,
  state: "up",
  far: "unknown",
  port: { podUid: "p", interface: "eth1" },
  peer: {
    type: "tunnel",
    tunnel: { vni, localAddress: "10.0.0.1", remoteAddress: "10.0.0.2", port: 4789, mtuBytes: 1450 },
  },
});
const take = (agent: AgentAssignment) => {
  const text = agent.take("store", 9);
  return text === undefined ? undefined : ApiAssignment.parse(JSON.parse(text));
};

test("the first message is full even when there is nothing, later ones say only what differs", () => {
  const agent = new AgentAssignment();
  expect(take(agent)).toMatchObject({ full: true, version: 1, revision: 9, pods: [], wires: [] });
  expect(take(agent)).toBeUndefined();
  agent.setPort(port("p"));
  agent.setPort(port("q"));
  expect(take(agent)).toMatchObject({ full: false, version: 2, ports: [port("p"), port("q")] });
  agent.setPort(port("p"));
  agent.setPort(port("q", 1400));
  expect(take(agent)?.ports).toEqual([port("q", 1400)]);
});

test("what came and went between two messages is not told as new", () => {
  const agent = new AgentAssignment();
  agent.setPort(port("p"));
  agent.removePort(port("p"));
  expect(take(agent)).toMatchObject({ ports: [], full: true });
  agent.setPort(port("p"));
  take(agent);
  agent.removePort(port("p"));
  agent.setPort(port("p"));
  expect(take(agent)).toMatchObject({ ports: [port("p")], removedPorts: [] });
});

test("a pod takes its ports along", () => {
  const agent = new AgentAssignment();
  agent.setPod({
    podUid: "p",
    namespace: "n",
    name: "p",
    sandbox: { managed: true },
    sysctls: {},
    loopback: [],
    isRunning: true,
    incarnation: 0,
  });
  agent.setPort(port("p"));
  take(agent);
  agent.removePod("p");
  expect(take(agent)).toMatchObject({ removedPods: ["p"], removedPorts: [{ podUid: "p", interface: "eth1" }] });
});

test("knows from which message on an agent was not asked for a VNI", () => {
  const agent = new AgentAssignment();
  expect(agent.withoutVniSince(5)).toBe(1);
  agent.setWire(wire("l", 5));
  take(agent);
  expect(agent.withoutVniSince(5)).toBeUndefined();
  agent.setWire(wire("l", 6));
  expect(agent.withoutVniSince(5)).toBe(2);
  expect(take(agent)?.version).toBe(2);
  agent.removeWire("l");
  expect(agent.withoutVniSince(6)).toBe(3);
});
