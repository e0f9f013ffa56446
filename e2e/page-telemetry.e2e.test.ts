import { type ChildProcess, spawn } from "node:child_process";
import { eventually, launchBrowser } from "@ratchet/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";
import { PageDriver } from "./page-driver.js";

describe("what links carry, on the page", () => {
  let lab: OpenLab;
  let browser: Browser;
  let mine: PageDriver;
  let traffic: ChildProcess | undefined;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.managedPod("a", "left");
    await lab.managedPod("b", "right");
    await lab.wire("ab", ["a", "in1", "10.0.0.1/24"], ["b", "in1", "10.0.0.2/24"]);
    await lab.allUp();
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    mine = new PageDriver(await context.newPage());
    await mine.open(lab.url);
    await mine.shows("ab", "up", 5_000);
  });
  afterAll(async () => {
    traffic?.kill();
    await browser?.close();
    await lab?.close();
  });

  it("stands on the wire, each direction by itself, while something moves", async () => {
    const pod = await lab.sandbox("a");
    traffic = spawn("nsenter", [`--net=${pod.path}`, "ping", "-qn", "-i0.02", "-s1000", "10.0.0.2"], {
      stdio: "ignore",
    });
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/→\d+k +←\d+k/), { withinMs: 6_000 });
  });

  it("is drawn in the panel with figures that follow", async () => {
    const at = await mine.at("linkPosition", "ab");
    await mine.page.mouse.click(at.x, at.y);
    const now = mine.page.getByTestId("traffic-0-now");
    await eventually(async () => expect(await now.textContent()).toMatch(/\d+ kbit\/s {2}\d+ p\/s/), {
      withinMs: 5_000,
    });
    traffic?.kill();
    await eventually(async () => expect(await now.textContent()).toMatch(/^0 bit\/s/), { withinMs: 5_000 });
    await eventually(async () => expect((await mine.texts("ab")).join()).not.toMatch(/→/), { withinMs: 5_000 });
  });

  it("a ping from the panel writes the round-trip time on the wire, and a cut wire does not answer", async () => {
    await mine.page.getByTestId("panel-ping").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/\d ms/), { withinMs: 4_000 });
    expect(await mine.page.getByTestId("panel-rtt-now").textContent()).toMatch(/\d ms/);
    await mine.page.getByTestId("panel-cut").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/no answer/), { withinMs: 6_000 });
    await mine.page.getByTestId("panel-cut").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/\d ms/), { withinMs: 6_000 });
    await mine.page.getByTestId("panel-ping").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).not.toMatch(/ ms/));
  });
});
