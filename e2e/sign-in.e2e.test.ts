import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launchBrowser } from "@ratchet/testkit";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApiProcess } from "./api-process.js";

const RATCHETCTL = fileURLToPath(new URL("../packages/ratchetctl/dist/main.js", import.meta.url));

describe("the page of an API behind TLS and tokens", () => {
  const base = mkdtempSync(join(tmpdir(), "ratchet-sign-in-"));
  const folder = join(base, "credentials");
  let api: ApiProcess;
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];

  beforeAll(async () => {
    execFileSync(process.execPath, [RATCHETCTL, "init", "--dir", folder, "--days", "1"]);
    api = await startApiProcess([
      ...["--listen", "0.0.0.0:0", "--data", join(base, "data"), "--tls-cert", join(folder, "server.crt")],
      ...["--tls-key", join(folder, "server.key"), "--tokens", join(folder, "tokens.json")],
    ]);
    browser = await launchBrowser();
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await context.newPage();
    page.on("request", (request) => asked.push(request.url()));
    page.on("websocket", (socket) => asked.push(socket.url()));
    await page.goto(api.url.replace("0.0.0.0", "127.0.0.1"));
  });
  afterAll(async () => {
    await browser?.close();
    await api?.stop();
    rmSync(base, { recursive: true });
  });

  const token = () => readFileSync(join(folder, "operator.token"), "utf8").trim();
  const live = () => page.getByTestId("live");

  it("asks for the operator's token, and says that it does not know another", async () => {
    await page.getByTestId("sign-in").waitFor();
    await page.getByTestId("sign-in-token").fill("not a token");
    await page.keyboard.press("Enter");
    await page.getByText("The server does not know this token").waitFor();
  });

  it("with it follows the network at once, and keeps the token from scripts and URLs", async () => {
    await page.getByTestId("sign-in-token").fill(token());
    await page.keyboard.press("Enter");
    await page.getByTestId("sign-in").waitFor({ state: "detached" });
    await expect.poll(() => live().textContent(), { timeout: 3_000 }).toMatch(/live/i);
    const kept = await page.evaluate(() =>
      JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]),
    );
    expect(kept).not.toMatch(/ratchet_session|ratchet_[0-9a-f]{16}_/);
    expect(asked.join("\n")).not.toContain(token());
  });

  it("is still signed in after a reload, and asks again after signing out", async () => {
    await page.reload();
    await expect.poll(() => live().textContent(), { timeout: 3_000 }).toMatch(/live/i);
    await page.getByTestId("person").click();
    await page.getByTestId("sign-out").click();
    await page.getByTestId("sign-in").waitFor();
    expect(await page.evaluate(async () => (await fetch("/api/v1/nodes")).status)).toBe(401);
  });
});
