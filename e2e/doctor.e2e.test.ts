import type { DoctorReport } from "@ratchet/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";

let lab: OpenLab;
beforeAll(async () => {
  lab = await openLab();
  await lab.managedPod("a", "left");
  await lab.managedPod("b", "right");
  await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
  await lab.allUp();
});
afterAll(() => lab?.close());

const examine = () => lab.client.must<DoctorReport>("GET", "/api/v1/doctor");
const found = ({ findings }: DoctorReport) => findings.map(({ code, where, subject }) => `${code} ${where} ${subject}`);

it("finds nothing in a sound lab, and what somebody put into a panel, and takes that out on request alone", async () => {
  const sound = await examine();
  expect(sound).toMatchObject({ nodes: ["left", "right"], findings: [] });
  const panel = lab.panel("right");
  await panel.exec("ip", "link", "add", "tap-by-hand", "type", "bridge");
  expect(found(await examine())).toEqual(["DeviceExtra right tap-by-hand"]);
  const pod = await lab.sandbox("a");
  const { ifindex } = await pod.link("in1");

  const mended = await lab.client.must<DoctorReport>("POST", "/api/v1/doctor");
  expect(found(mended)).toEqual([]);
  expect(mended.mended.map(({ subject }) => subject)).toEqual(["tap-by-hand"]);
  expect((await panel.links()).map(({ ifname }) => ifname)).not.toContain("tap-by-hand");
  expect((await pod.link("in1")).ifindex).toBe(ifindex);
  expect((await pod.ping("10.0.0.2")).received).toBeGreaterThan(0);
});

it("says which kernel it could not look at, and looks again when its agent is back", async () => {
  await lab.lab.killAgent("right", { restart: false });
  const report = await examine();
  expect([report.nodes, found(report)]).toEqual([["left"], ["NodeAway right right"]]);
  await lab.lab.startAgent("right");
  await expect.poll(async () => found(await examine()), { timeout: 20_000 }).toEqual([]);
});
