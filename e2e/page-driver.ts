import { eventually } from "@ratchet/testkit";
import type { Page } from "playwright-core";
import { expect } from "vitest";

interface Point {
  x: number;
  y: number;
}

/** What the page tells tests: where things are on the screen, and how it draws them. */
interface RatchetPage {
  podPosition(name: string): Point | null;
  podRim(name: string): Point | null;
  linkPosition(name: string): Point | null;
  endPosition(name: string, end: 0 | 1): Point | null;
  linkState(name: string): string | null;
  podPhase(name: string): string | null;
  linkTexts(name: string): string[];
}
type Place = "podPosition" | "podRim" | "linkPosition";

/** Drives the page with the real mouse and keyboard. */
export class PageDriver {
  constructor(readonly page: Page) {}

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByTestId("canvas").waitFor();
  }

  /** Where something is, once it has stopped moving. */
  at(place: Place, name: string): Promise<Point> {
    return this.#still(name, () =>
      this.page.evaluate(
        ([method, what]) =>
          (window as unknown as { ratchetPage?: RatchetPage }).ratchetPage?.[method as Place](what as string) ?? null,
        [place, name],
      ),
    );
  }

  /** Where an end of a wire is; it can be dragged while the wire is selected. */
  end(name: string, index: 0 | 1): Promise<Point> {
    return this.#still(name, () =>
      this.page.evaluate(
        ([link, end]) =>
          (window as unknown as { ratchetPage?: RatchetPage }).ratchetPage?.endPosition(link as string, end as 0 | 1) ??
          null,
        [name, index] as const,
      ),
    );
  }

  #still(name: string, look: () => Promise<Point | null>): Promise<Point> {
    return eventually(
      async () => {
        const first = await look();
        await this.page.waitForTimeout(60);
        const second = await look();
        if (first === null || second === null) throw new Error(`${name} is not on the page`);
        if (Math.hypot(first.x - second.x, first.y - second.y) > 0.5) throw new Error(`${name} is moving`);
        return second;
      },
      { withinMs: 30_000 },
    );
  }

  state(link: string): Promise<string | null> {
    return this.page.evaluate(
      (name) => (window as unknown as { ratchetPage?: RatchetPage }).ratchetPage?.linkState(name) ?? null,
      link,
    );
  }

  /** What stands on and beside a wire. */
  texts(link: string): Promise<string[]> {
    return this.page.evaluate(
      (name) => (window as unknown as { ratchetPage?: RatchetPage }).ratchetPage?.linkTexts(name) ?? [],
      link,
    );
  }

  phase(pod: string): Promise<string | null> {
    return this.page.evaluate(
      (name) => (window as unknown as { ratchetPage?: RatchetPage }).ratchetPage?.podPhase(name) ?? null,
      pod,
    );
  }

  async shows(link: string, state: string | null, withinMs = 20_000): Promise<void> {
    await eventually(async () => expect(await this.state(link)).toBe(state), { withinMs });
  }

  async drag(from: Point, to: Point): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 6 });
    await mouse.move(to.x, to.y, { steps: 6 });
    await mouse.up();
  }

  /** Selects a wire, which opens its panel. */
  async select(link: string): Promise<void> {
    const { x, y } = await this.at("linkPosition", link);
    await this.page.mouse.click(x, y);
    await this.page.getByTestId("panel").getByText(link).first().waitFor();
  }

  async menu(at: Point, item: string | RegExp): Promise<void> {
    await this.page.mouse.click(at.x, at.y, { button: "right" });
    await this.page.getByTestId("context-menu").getByText(item).first().click();
  }
}
