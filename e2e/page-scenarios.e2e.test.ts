import type { Fault, List, Run } from "@ratchet/contracts";
import { eventually } from "@ratchet/testkit";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";
import { OpenPages } from "./open-pages.js";
import type { PageDriver } from "./page-driver.js";

const BASE = "/api/v1/namespaces/default";

describe("scenarios on the page, with a real mouse", () => {
  let lab: OpenLab;
  let pages: OpenPages;
  let mine: PageDriver;
  let page: Page;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.pair();
    pages = await OpenPages.begin(lab);
    mine = await pages.open();
    page = mine.page;
    await mine.shows("ab", "up");
    await page.getByTestId("dock-runs").click();
  });
  afterAll(async () => {
    await pages?.close();
    await lab?.close();
  });

  const runs = async () => (await lab.client.must<List<Run>>("GET", `${BASE}/runs`)).items;
  const runningFaults = async () =>
    (await lab.client.must<List<Fault>>("GET", `${BASE}/faults`)).items.filter((fault) => fault.status.ended === null);
  const phase = (wanted: RegExp, withinMs: number) =>
    eventually(async () => expect(await page.getByTestId("run-phase").textContent()).toMatch(wanted), { withinMs });

  it("names line and field of what is wrong, and nothing can be run before it is mended", async () => {
    await page.getByTestId("scenario-new").click();
    const text = page.getByTestId("editor-text");
    const written = await text.inputValue();
    await text.fill(written.replace("is: down", "is: dwn"));
    const line = written.split("\n").findIndex((own) => own.includes("is: down")) + 1;
    const problem = page.locator(`[data-testid="editor-problems"] [data-line="${line}"]`);
    await problem.waitFor();
    expect(await problem.textContent()).toMatch(new RegExp(`line ${line} spec\\.steps\\[2\\]\\.check\\.carrier\\.is`));
    expect(await page.getByTestId("editor-run").isDisabled()).toBe(true);
    // Where the mistake is, is one click away.
    await problem.click();
    expect(
      await text.evaluate((own: HTMLTextAreaElement) => own.value.slice(own.selectionStart, own.selectionEnd)),
    ).toContain("is: dwn");
    expect(await runs()).toEqual([]);
    await text.fill(written);
    await page.locator('[data-testid="editor-problems"][data-good="true"]').waitFor();
  });

  it("started, it is watched live: the wire breaks and mends, the outage is drawn", async () => {
    await page.getByTestId("editor-run").click();
    await phase(/Running/, 5_000);
    await mine.shows("ab", "down");
    await page.getByTestId("outage").first().waitFor({ timeout: 5_000 });
    await mine.shows("ab", "up");
    await phase(/Passed/, 30_000);
    const [run] = await runs();
    expect(run?.status.probes[0]?.outageMs).toBeGreaterThan(2_900);
    expect(await runningFaults()).toEqual([]);
  });

  it("one goes along its timeline, and each moment says what was", async () => {
    const field = page.getByTestId("timeline-field");
    const moment = page.getByTestId("moment");
    const outage = await page.getByTestId("outage").first().boundingBox();
    const box = await field.boundingBox();
    if (outage === null || box === null) throw new Error("nothing is drawn");
    await page.mouse.move(box.x + 4, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(outage.x + outage.width / 2, box.y + 8, { steps: 8 });
    await page.mouse.up();
    expect(await moment.textContent()).toMatch(/wait 3 s/);
    await moment.locator('[data-testid="moment-a-to-b"][data-state="loses"]').waitFor();
    await field.focus();
    await page.keyboard.press("Home");
    expect(await field.getAttribute("aria-valuenow")).toBe("0");
    await page.keyboard.press("End");
    await moment.locator('[data-testid="moment-a-to-b"][data-state="answers"]').waitFor();
  });

  it("its report opens in place", async () => {
    await page.getByTestId("run-report").click();
    const report = page.frameLocator('[data-testid="report-frame"]');
    await report.getByText("Passed").first().waitFor({ timeout: 5_000 });
    await report.getByText("a-to-b").first().waitFor();
    expect(await page.getByTestId("report-frame").getAttribute("sandbox")).toBe("");
    await page.keyboard.press("Escape");
    await page.getByTestId("report-frame").waitFor({ state: "detached" });
  });

  it("cancelled in the middle, everything is healed", async () => {
    await page.getByTestId("run").first().click();
    await page.getByText("Edit", { exact: true }).click();
    const text = page.getByTestId("editor-text");
    await text.fill(
      (await text.inputValue()).replace("wait: 3", "wait: 300").replace("deadlineSeconds: 60", "deadlineSeconds: 400"),
    );
    await page.locator('[data-testid="editor-problems"][data-good="true"]').waitFor();
    await page.getByTestId("editor-run").click();
    await mine.shows("ab", "down");
    await page.getByTestId("run-cancel").click();
    await phase(/Cancelled/, 15_000);
    await mine.shows("ab", "up");
    expect(await runningFaults()).toEqual([]);
  });

  it("had nothing to complain of", () => {
    expect(pages.complaints).toEqual([]);
  });
});
