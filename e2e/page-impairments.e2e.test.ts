import { eventually } from "@ratchet/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLab, openLab } from "./open-lab.js";
import { OpenPages } from "./open-pages.js";
import type { PageDriver } from "./page-driver.js";

const ASKED_MS = 50;

describe("impairments on the page, with a real mouse", () => {
  let lab: OpenLab;
  let pages: OpenPages;
  let mine: PageDriver;
  let other: PageDriver;

  beforeAll(async () => {
    lab = await openLab({ nodes: 2 });
    await lab.pair();
    pages = await OpenPages.begin(lab);
    mine = await pages.open();
    other = await pages.open();
    await mine.shows("ab", "up");
    await other.shows("ab", "up");
    const at = await mine.at("linkPosition", "ab");
    await mine.page.mouse.click(at.x, at.y);
  });
  afterAll(async () => {
    await pages?.close();
    await lab?.close();
  });

  /** What stands on the wire as its round-trip time, ms. */
  async function measured(): Promise<number> {
    const text = (await mine.texts("ab")).find((label) => /^[\d.]+ ms$/.test(label) && label !== `${ASKED_MS} ms`);
    if (text === undefined) throw new Error("no round-trip time stands on the wire");
    return Number.parseFloat(text);
  }

  async function drag(field: string, to: number): Promise<void> {
    const slider = mine.page.getByTestId(`impair-${field}-slider`);
    await slider.scrollIntoViewIfNeeded();
    const track = await slider.boundingBox();
    const thumb = await slider.getByRole("slider").boundingBox();
    if (track === null || thumb === null) throw new Error(`no slider for ${field}`);
    const { mouse } = mine.page;
    await mouse.move(thumb.x + thumb.width / 2, thumb.y + thumb.height / 2);
    await mouse.down();
    const from = thumb.x + thumb.width / 2;
    for (let step = 1; step <= 50; step++) {
      await mouse.move(from + (step * track.width) / 50, track.y + track.height / 2);
      // As fast as a hand.
      await mine.page.waitForTimeout(60);
      const value = await slider.getByRole("slider").getAttribute("aria-valuetext");
      if (Number.parseFloat(value ?? "") === to) break;
    }
    await mouse.up();
  }

  it("the delay of one direction slid to 50 ms while a ping runs is measured on the wire within 2 s", async () => {
    await mine.page.getByTestId("panel-ping").click();
    await eventually(async () => expect(await measured()).toBeLessThan(ASKED_MS / 2));
    await drag("delayMs", ASKED_MS);
    await eventually(async () => expect(await measured()).toBeGreaterThanOrEqual(ASKED_MS));
    expect(await measured()).toBeLessThan(2 * ASKED_MS);
    // One direction only, and nothing else of the link.
    expect((await lab.client.link("ab")).spec.impairments).toEqual([{ from: "a", delayMs: ASKED_MS }]);
    await mine.shows("ab", "impaired");
    await other.shows("ab", "impaired");
    expect(await other.texts("ab")).toContain(`${ASKED_MS}/0 ms`);
    const status = mine.page.locator('[data-testid="impair-status"][data-from="a"][data-state="active"]');
    await status.waitFor({ timeout: 3_000 });
  });

  it("an exact number of the other direction leaves the first as it is", async () => {
    await mine.page.getByTestId("impair-way").getByText("← b").click();
    const exact = mine.page.getByTestId("impair-delayMs-exact");
    await exact.fill("30");
    await exact.press("Enter");
    await eventually(async () =>
      expect((await lab.client.link("ab")).spec.impairments).toEqual([
        { from: "a", delayMs: ASKED_MS },
        { from: "b", delayMs: 30 },
      ]),
    );
    await eventually(async () => expect(await measured()).toBeGreaterThanOrEqual(ASKED_MS + 30));
  });

  it("20 ms one way and 80 ms back measure as 100, and the panel says that it agrees", async () => {
    const impairments = [
      { from: "a", delayMs: 20 },
      { from: "b", delayMs: 80 },
    ];
    const before = (await lab.client.link("ab")).spec.impairments;
    await lab.client.patchLink("ab", { spec: { impairments } });
    const asked = mine.page.locator('[data-testid="panel-rtt-asked"][data-agrees="true"]');
    await asked.getByText(/asked 100 ms/).waitFor({ timeout: 10_000 });
    await lab.client.patchLink("ab", { spec: { impairments: before } });
  });

  it("undone, each slide is one step", async () => {
    await mine.page.getByTestId("undo").click();
    await eventually(async () =>
      expect((await lab.client.link("ab")).spec.impairments).toEqual([{ from: "a", delayMs: ASKED_MS }]),
    );
    await mine.page.getByTestId("undo").click();
    await mine.shows("ab", "up");
    expect((await lab.client.link("ab")).spec.impairments ?? []).toEqual([]);
    await mine.page.getByTestId("redo").click();
    await mine.shows("ab", "impaired");
  });

  it("a good cable takes everything away", async () => {
    await mine.page.getByTestId("impair-presets").click();
    await mine.page.getByTestId("preset-none").click();
    await mine.shows("ab", "up");
    expect((await lab.client.link("ab")).spec.impairments ?? []).toEqual([]);
    await eventually(async () => expect(await measured()).toBeLessThan(ASKED_MS / 2));
  });

  it("from its menu a wire is made like one people know, both directions at once", async () => {
    const at = await mine.at("linkPosition", "ab");
    await mine.page.mouse.click(at.x, at.y, { button: "right" });
    await mine.page.getByTestId("menu-impair").hover();
    await mine.page.getByTestId("menu-preset-transatlantic").click();
    const both = { delayMs: 40, jitterMs: 0.5 };
    await eventually(async () =>
      expect((await lab.client.link("ab")).spec.impairments).toEqual([
        { from: "a", ...both },
        { from: "b", ...both },
      ]),
    );
    await mine.page.getByTestId("undo").click();
    await eventually(async () => expect((await lab.client.link("ab")).spec.impairments ?? []).toEqual([]));
  });

  it("what is refused is put back and said in the API's own words", async () => {
    await mine.page.getByTestId("impair-more").click();
    const exact = mine.page.getByTestId("impair-reorderPercent-exact");
    // Frames overtake by not waiting, and none waits here.
    await exact.fill("5");
    await exact.press("Enter");
    await eventually(async () =>
      expect(await mine.page.getByTestId("impair-refusal").textContent()).toMatch(/reorderPercent/),
    );
    expect(await exact.inputValue()).toBe("");
    expect((await lab.client.link("ab")).spec.impairments ?? []).toEqual([]);
  });

  it("had nothing to complain of", () => {
    expect(pages.complaints).toEqual([]);
  });
});
