import { type ChildProcess, spawn } from "node:child_process";
import { eventually } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";
import { OpenPages } from "./open-pages.js";
import type { PageDriver } from "./page-driver.js";

describe("what links carry, on the page", () => {
  let lab: OpenLab;
  let pages: OpenPages;
  let mine: PageDriver;
  let traffic: ChildProcess | undefined;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.pair();
    pages = await OpenPages.begin(lab);
    mine = await pages.open();
    await mine.shows("ab", "up");
  });
  afterAll(async () => {
    traffic?.kill();
    await pages?.close();
    await lab?.close();
  });

  it("stands on the wire, each direction by itself, while something moves", async () => {
    const pod = await lab.sandbox("a");
    traffic = spawn("nsenter", [`--net=${pod.path}`, "ping", "-qn", "-i0.02", "-s1000", "10.0.0.2"], {
      stdio: "ignore",
    });
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/→\d+k +←\d+k/));
  });

  it("is drawn in the panel with figures that follow", async () => {
    const at = await mine.at("linkPosition", "ab");
    await mine.page.mouse.click(at.x, at.y);
    const now = mine.page.getByTestId("traffic-0-now");
    await eventually(async () => expect(await now.textContent()).toMatch(/\d+ kbit\/s {2}\d+ p\/s/));
    traffic?.kill();
    await eventually(async () => expect(await now.textContent()).toMatch(/^0 bit\/s/));
    await eventually(async () => expect((await mine.texts("ab")).join()).not.toMatch(/→/));
  });

  it("goes back a quarter of an hour and a day, and shows what echoes took", async () => {
    const span = mine.page.getByTestId("traffic-span");
    for (const words of ["15 min", "24 h", "2 min"]) {
      await span.getByText(words, { exact: true }).click();
      await eventually(async () => expect(await mine.page.getByLabel(`last ${words}`).count()).toBe(2));
      await eventually(
        async () => {
          const lines = mine.page.getByTestId("traffic-0").locator("path").last();
          expect(await lines.getAttribute("d")).toMatch(/^M/);
        },
        { withinMs: 30_000 },
      );
    }
    const drawn = mine.page.getByRole("radiogroup", { name: "What is drawn" });
    await drawn.getByText("Echoes").click();
    const now = mine.page.getByTestId("traffic-echoes-now");
    await eventually(async () => expect(await now.textContent()).toMatch(/\d ms/), { withinMs: 30_000 });
    await drawn.getByText("Rate").click();
  });

  it("a ping from the panel writes the round-trip time on the wire, and a cut wire does not answer", async () => {
    await mine.page.getByTestId("panel-ping").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/\d ms/));
    expect(await mine.page.getByTestId("panel-rtt-now").textContent()).toMatch(/\d ms/);
    await mine.page.getByTestId("panel-cut").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/no answer/));
    await mine.page.getByTestId("panel-cut").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).toMatch(/\d ms/));
    await mine.page.getByTestId("panel-ping").click();
    await eventually(async () => expect((await mine.texts("ab")).join()).not.toMatch(/ ms/));
    // Cut and restored: each end has lost its carrier and got it again.
    const carrier = mine.page.getByTestId("panel-carrier");
    await eventually(async () => expect(await carrier.textContent()).toMatch(/a:in1.* up.* lost.*b:in1.* up.* lost/), {
      withinMs: 20_000,
    });
  });
});
