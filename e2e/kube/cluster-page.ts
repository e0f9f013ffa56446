import { join } from "node:path";
import { eventually, launchBrowser } from "@ratchet/testkit";
import type { Browser } from "playwright-core";
import { PageDriver } from "../page-driver.js";

/** As the test handle of the page has it, and what is kept beside it. */
interface Watched {
  ratchetPage?: { podPhase(name: string): string | null; podPosition(name: string): object | null };
  shownAtMs?: Record<string, number>;
}

/** The page of a real cluster in a browser of its own, which keeps when each pod was first drawn as Ready. */
export class ClusterPage {
  /** What the page complained of. */
  readonly complaints: string[] = [];

  private constructor(
    readonly driver: PageDriver,
    readonly browser: Browser,
  ) {
    const { page } = driver;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
  }

  static async open(url: string, pods: readonly string[]): Promise<ClusterPage> {
    const browser = await launchBrowser();
    try {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
      const own = new ClusterPage(new PageDriver(await context.newPage()), browser);
      await own.driver.open(url);
      await own.#follow(pods);
      return own;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  /** In ms since 1970, of the same machine's clock. */
  shownAt(pod: string): Promise<number> {
    return eventually(
      async () => {
        const atMs = await this.driver.page.evaluate((name) => (window as Watched).shownAtMs?.[name], pod);
        if (atMs === undefined) throw new Error(`the page has not shown ${pod} as Ready`);
        return atMs;
      },
      { withinMs: 60_000 },
    );
  }

  /** Fits everything into the window. */
  async fit(): Promise<void> {
    await this.driver.page.getByTestId("canvas").focus();
    await this.driver.page.keyboard.press("f");
  }

  /** Into the folder that RATCHET_TEST_SCREENSHOTS names, if it does. */
  async picture(name: string): Promise<void> {
    const folder = process.env.RATCHET_TEST_SCREENSHOTS;
    if (folder !== undefined) await this.driver.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** Looks once for every picture that the browser paints. */
  async #follow(pods: readonly string[]): Promise<void> {
    await this.driver.page.evaluate((names) => {
      const watched = window as Watched;
      const shownAtMs: Record<string, number> = {};
      watched.shownAtMs = shownAtMs;
      const look = () => {
        const page = watched.ratchetPage;
        for (const name of names) {
          if (shownAtMs[name] !== undefined) continue;
          if (page?.podPhase(name) === "Ready" && page.podPosition(name) !== null) shownAtMs[name] = Date.now();
        }
        requestAnimationFrame(look);
      };
      look();
    }, pods);
  }
}
