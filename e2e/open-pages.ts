import { launchBrowser } from "@ratchet/testkit";
import type { Browser } from "playwright-core";
import type { OpenLab } from "./open-lab.js";
import { PageDriver } from "./page-driver.js";

/** The dashboard of a lab, open in as many browser windows as a test wants, each a user of its own. */
export class OpenPages {
  /** What a window's script threw or logged as an error. */
  readonly complaints: string[] = [];
  readonly #lab: OpenLab;
  readonly #browser: Browser;

  static async begin(lab: OpenLab): Promise<OpenPages> {
    return new OpenPages(lab, await launchBrowser());
  }

  private constructor(lab: OpenLab, browser: Browser) {
    this.#lab = lab;
    this.#browser = browser;
  }

  async open(): Promise<PageDriver> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // What the browser itself says of a 4xx, which a refused edit is meant to have.
      const isAnswer = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isAnswer) this.complaints.push(message.text());
    });
    const driver = new PageDriver(page);
    await driver.open(this.#lab.url);
    return driver;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
