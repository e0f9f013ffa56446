import { afterEach, describe, expect, test } from "vitest";
import { type FreshNetns, useFreshNetns } from "../ffi/testing/fresh-netns.js";
import type { Action, ActionResult, CreateVeth } from "./action.js";
import { Executor } from "./executor.js";

const fresh = useFreshNetns();
const executors: Executor[] = [];
afterEach(async () => {
  for (const executor of executors.splice(0)) await executor.close();
});

function executorOf(...keep: FreshNetns[]): Executor {
  const executor = new Executor({ keep: keep.map(({ path }) => path) });
  executors.push(executor);
  return executor;
}

function port(panel: FreshNetns, pod: FreshNetns, panelName: string, ifName: string): CreateVeth {
  return {
    op: "createVeth",
    end: { netns: panel.path, ifName: panelName, mtuBytes: 1450, alias: `default/x:${ifName}`, isUp: true },
    peer: { netns: pod.path, ifName, mtuBytes: 1450, alias: "ratchet", isUp: true },
  };
}

/** Two ports with addresses, cross-connected: what a Link becomes on one node. */
function wire(panel: FreshNetns, a: FreshNetns, b: FreshNetns, n = 1): Action[] {
  const name = (side: string) => ({ ifName: `${side}${n}` });
  return [
    port(panel, a, `a${n}`, `in${n}`),
    { op: "addAddress", netns: a.path, link: { ifName: `in${n}` }, address: `10.0.${n}.1/24`, protocol: 77 },
    port(panel, b, `b${n}`, `out${n}`),
    { op: "addAddress", netns: b.path, link: { ifName: `out${n}` }, address: `10.0.${n}.2/24`, protocol: 77 },
    { op: "redirect", netns: panel.path, from: name("a"), to: name("b") },
    { op: "redirect", netns: panel.path, from: name("b"), to: name("a") },
  ];
}

function expectAllOk(results: ActionResult[]): void {
  expect(results.flatMap((result) => (result.ok ? [] : [result.error.message]))).toEqual([]);
}

describe("a wire", () => {
  test("carries after one run that names interfaces before they exist", async () => {
    const [panel, a, b] = [fresh("panel"), fresh("a"), fresh("b")];
    const results = await executorOf(panel).run(wire(panel, a, b));
    expectAllOk(results);
    expect(results[0]).toMatchObject({ ok: true, ifIndex: expect.any(Number) });
    expect(a.run("ping", "-c1", "-W2", "10.0.1.2")).toContain(" 0% packet loss");
    expect(panel.ip("link", "show", "a1")).toMatchObject([{ mtu: 1450, ifalias: "default/x:in1", operstate: "UP" }]);
    expect(a.ip("link", "show", "in1")).toMatchObject([{ mtu: 1450, ifalias: "ratchet", operstate: "UP" }]);
    expect(a.ip("-4", "addr", "show", "in1")).toMatchObject([
      { addr_info: [{ local: "10.0.1.1", prefixlen: 24, broadcast: "10.0.1.255" }] },
    ]);
  });

  test("set again changes nothing and creating it again reports EEXIST", async () => {
    const [panel, a, b] = [fresh("panel"), fresh("a"), fresh("b")];
    const executor = executorOf(panel);
    const actions = wire(panel, a, b);
    expectAllOk(await executor.run(actions));
    const results = await executor.run(actions);
    expect(results.map((result) => (result.ok ? "ok" : (result.error.cause as { code?: string }).code))).toEqual([
      "EEXIST",
      "ok",
      "EEXIST",
      "ok",
      "ENODEV",
      "ENODEV",
    ]);
    expect(panel.ip("link", "show")).toHaveLength(3);
    expectAllOk(await executor.run(actions.filter(({ op }) => op === "redirect" || op === "addAddress")));
    expect(panel.tc("filter", "show", "dev", "a1", "ingress")).toHaveLength(3);
    expect(a.run("ping", "-c1", "-W2", "10.0.1.2")).toContain(" 0% packet loss");
  });

  test("loses its carrier when the panel half goes down and keeps everything else", async () => {
    const [panel, a, b] = [fresh("panel"), fresh("a"), fresh("b")];
    const executor = executorOf(panel);
    expectAllOk(await executor.run(wire(panel, a, b)));
    expectAllOk(await executor.run([{ op: "setLink", netns: panel.path, link: { ifName: "a1" }, isUp: false }]));
    expect(a.ip("link", "show", "in1")).toMatchObject([{ flags: expect.arrayContaining(["NO-CARRIER", "UP"]) }]);
    expect(a.ip("-4", "addr", "show", "in1")).toMatchObject([{ addr_info: [{ local: "10.0.1.1" }] }]);
  });
});
