import { launchBrowser } from "@ratchet/testkit";
import type { Page } from "playwright-core";
import { BenchLab, numberedLink } from "../bench-lab.js";
import type { Figure, Row } from "../figure.js";
import { medianOf, spreadOf } from "../statistics.js";

const PODS = 500;
const LINKS = 700;
const CUTS = 15;
const API_VERSION = "ratchet.network/v1alpha1";

interface PageWindow {
  ratchetPage?: { linkState(name: string): string | null; podPhase(name: string): string | null };
}

export const page: Row = {
  name: "page",
  about: `page load and delta to paint with ${PODS} pods`,
  async measure(say) {
    await using lab = await BenchLab.open("page");
    // Two pods are real, so that a cut is one; the others are asked for and stay Pending, which draws the same.
    await lab.pod("p0", "left");
    await lab.pod("p1", "right");
    const pods = Array.from({ length: PODS - 2 }, (_, i) => ({
      apiVersion: API_VERSION,
      kind: "Pod",
      metadata: { name: `p${i + 2}` },
      spec: { node: i % 2 === 0 ? "left" : "right", sandbox: { netns: `absent-${i}` } },
    }));
    const links = Array.from({ length: LINKS }, (_, i) => numberedLink(i, `p${i % PODS}`, `p${(i * 7 + 1) % PODS}`));
    await lab.client.must("POST", "/api/v1/apply", [...pods, ...links]);
    const browser = await launchBrowser();
    try {
      const view = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
      const start = performance.now();
      await view.goto(lab.lab.url);
      await view.waitForFunction((last) => (window as PageWindow).ratchetPage?.podPhase(last) != null, `p${PODS - 1}`);
      const loaded = performance.now() - start;
      say(`${PODS} pods and ${LINKS} links drawn after ${loaded.toFixed(0)} ms`);
      const figures: Figure[] = [{ what: `page load, ${PODS} pods, ${LINKS} links`, value: loaded, unit: "ms" }];
      figures.push(await deltaToPaint(lab, view));
      return figures;
    } finally {
      await browser.close();
    }
  },
};

/** From the API's delta reaching another client to the picture that shows it. */
async function deltaToPaint(lab: BenchLab, view: Page): Promise<Figure> {
  const socket = new WebSocket(`${lab.lab.url.replace("http", "ws")}/api/v1/stream`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const samples: number[] = [];
  try {
    for (let round = 0; round < CUTS * 2; round++) {
      const state = round % 2 === 0 ? "down" : "up";
      const heard = new Promise<number>((resolve) => {
        socket.onmessage = ({ data }) => {
          const text = String(data);
          if (
            text.includes('"type":"delta"') &&
            text.includes('"name":"l0"') &&
            text.includes(`"phase":"${phaseOf(state)}"`)
          ) {
            resolve(performance.timeOrigin + performance.now());
          }
        };
      });
      const painted = view.evaluate(
        (wanted) =>
          new Promise<number>((resolve) => {
            const look = () => {
              if ((window as PageWindow).ratchetPage?.linkState("l0") === wanted) {
                requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
              } else requestAnimationFrame(look);
            };
            look();
          }),
        state,
      );
      await lab.client.patchLink("l0", { spec: { state } });
      samples.push(Math.max(0, (await painted) - (await heard)));
    }
  } finally {
    socket.close();
  }
  const value = medianOf(samples);
  return {
    what: "delta to paint",
    value,
    unit: "ms",
    bar: "100 ms",
    isMet: value <= 100,
    spread: spreadOf(samples),
  };
}

function phaseOf(state: "up" | "down"): string {
  return state === "up" ? "Up" : "Down";
}
