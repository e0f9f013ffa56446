import type { Fault, List } from "@ratchet/contracts";
import { eventually, isUnplugged } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";
import { OpenPages } from "./open-pages.js";
import type { PageDriver } from "./page-driver.js";

describe("faults on the page, with a real mouse", () => {
  let lab: OpenLab;
  let pages: OpenPages;
  let mine: PageDriver;
  let other: PageDriver;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "left");
    await lab.managedPod("c", "right");
    await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
    await lab.wire("bc", ["b", "in2", "10.1.0.1/24"], ["c", "in1", "10.1.0.2/24"]);
    await lab.allUp();
    pages = await OpenPages.begin(lab);
    mine = await pages.open();
    other = await pages.open();
  });
  afterAll(async () => {
    await pages?.close();
    await lab?.close();
  });

  const faults = async () => (await lab.client.must<List<Fault>>("GET", "/api/v1/namespaces/default/faults")).items;
  const running = async () => (await faults()).filter((fault) => fault.status.ended === null);
  const isDown = async (pod: string, ifName: string) => isUnplugged(await (await lab.sandbox(pod)).link(ifName));

  it("a wire broken from its menu loses its carrier, counts down, and comes back by itself", async () => {
    await mine.shows("ab", "up");
    const heal = mine.page.getByTestId("heal");
    const before = await heal.boundingBox();
    await mine.menu(await mine.at("linkPosition", "ab"), /^Break on purpose/);
    await mine.page.getByTestId("fault-seconds").fill("12");
    await mine.page.getByTestId("fault-reason").fill("drill");
    await mine.page.keyboard.press("Enter");
    await other.shows("ab", "down");
    expect(await isDown("a", "in1")).toBe(true);
    const [fault] = await running();
    expect(fault?.spec).toMatchObject({ target: { link: "ab" }, action: { type: "down" }, reason: "drill" });
    await other.page.getByTestId("count-faulted").waitFor();
    // The Link was not touched: healing restores what was asked.
    expect((await lab.client.link("ab")).spec.state).toBe("up");
    await other.page.getByTestId("dock-faults").click();
    const first = await other.page.getByTestId("countdown").first().textContent();
    expect(await heal.boundingBox()).toEqual(before);
    await eventually(async () =>
      expect(await other.page.getByTestId("countdown").first().textContent()).not.toBe(first),
    );
    await other.shows("ab", "up");
    expect(await isDown("a", "in1")).toBe(false);
    await other.page.locator("[data-testid=fault][data-ended=true]").waitFor();
  });

  it("pods selected with the mouse are parted from the rest, and one click heals it", async () => {
    const at = await mine.at("podPosition", "a");
    await mine.page.mouse.click(at.x, at.y);
    // The panel has opened, which may have moved the picture.
    const too = await mine.at("podPosition", "b");
    await mine.page.keyboard.down("Control");
    await mine.page.mouse.click(too.x, too.y);
    await mine.page.keyboard.up("Control");
    await mine.menu(await mine.at("podPosition", "b"), /^Part 2 pods/);
    await mine.page.getByTestId("fault-submit").click();
    await mine.shows("bc", "down");
    await mine.shows("ab", "up");
    expect(await isDown("c", "in1")).toBe(true);
    await mine.page.getByTestId("heal").click();
    await mine.shows("bc", "up");
    expect(await isDown("c", "in1")).toBe(false);
    expect(await running()).toEqual([]);
  });

  it("one of two faults ended from the panel leaves the other", async () => {
    const spec = { target: { link: "ab" }, action: { type: "down" }, durationSeconds: 600 };
    for (const name of ["one", "two"]) {
      await lab.client.must("POST", "/api/v1/namespaces/default/faults", { metadata: { name }, spec });
    }
    await mine.shows("ab", "down");
    const at = await mine.at("linkPosition", "ab");
    await mine.page.mouse.click(at.x, at.y);
    const rows = mine.page.getByTestId("panel-faults").getByTestId("fault-row");
    await eventually(async () => expect(await rows.count()).toBe(2));
    await mine.page.locator("[data-testid=fault-row][data-fault=one]").getByTestId("fault-end").click();
    await eventually(async () => expect(await rows.count()).toBe(1));
    expect(await isDown("a", "in1")).toBe(true);
    await mine.page.keyboard.press("h");
    await mine.shows("ab", "up");
  });

  it("a black hole of one direction swallows frames and keeps the carrier", async () => {
    await mine.menu(await mine.at("linkPosition", "ab"), /^Break on purpose/);
    await mine.page.getByTestId("fault-kind").getByText("Black hole").click();
    await mine.page.getByTestId("fault-way").getByText("a →").click();
    await mine.page.getByTestId("fault-submit").click();
    await other.shows("ab", "impaired");
    const [fault] = await running();
    expect(fault?.spec.action).toEqual({ type: "blackhole", from: "a" });
    const a = await lab.sandbox("a");
    await eventually(async () => expect((await a.ping("10.0.0.2", { count: 1, withinSeconds: 1 })).received).toBe(0));
    expect(await isDown("a", "in1")).toBe(false);
    expect((await other.texts("ab")).join()).toMatch(/black hole/);
    await mine.page.keyboard.press("h");
    await mine.shows("ab", "up");
    await eventually(async () => expect((await a.ping("10.0.0.2", { count: 1 })).received).toBe(1));
  });

  it("a refusal is said in the form, in the API's own words", async () => {
    await mine.menu(await mine.at("linkPosition", "bc"), /^Break on purpose/);
    await mine.page.getByTestId("fault-form").waitFor();
    await lab.client.must("DELETE", "/api/v1/namespaces/default/links/bc");
    await mine.page.getByTestId("fault-submit").click();
    await eventually(async () => expect(await mine.page.getByTestId("fault-error").textContent()).toMatch(/bc/));
    await mine.page.keyboard.press("Escape");
    expect(await running()).toEqual([]);
  });

  it("had nothing to complain of", () => {
    expect(pages.complaints).toEqual([]);
  });
});
