import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SILENT } from "../logger.js";
import { Announcer } from "./announcer.js";
import type { PodAnnouncement } from "./cluster.js";

const POD = { uid: "u", namespace: "n", name: "a" };
const bad = (message: string): PodAnnouncement => ({ pod: POD, type: "Warning", reason: "LinkFailed", message });
const good: PodAnnouncement = { pod: POD, type: "Normal", reason: "LinkUp", message: "up" };
let told: string[];
let announcer: Announcer;
let leads = true;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  leads = true;
  const announce = async ({ message }: PodAnnouncement) => void told.push(message);
  const cluster = { announce } as unknown as ConstructorParameters<typeof Announcer>[0];
  announcer = new Announcer(cluster, () => leads, SILENT);
});
afterEach(() => {
  announcer.stop();
  vi.useRealTimers();
});

it("says the same thing once", () => {
  announcer.say("link", bad("x"));
  announcer.say("link", bad("x"));
  vi.advanceTimersByTime(60_000);
  announcer.say("link", bad("x"));
  expect(told).toEqual(["x"]);
});

it("tells of many changes the first and, a while later, the last", () => {
  for (const text of ["1", "2", "3", "4"]) announcer.say("link", bad(text));
  expect(told).toEqual(["1"]);
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual(["1", "4"]);
});

it("says that something is mended only after it was said to be broken", () => {
  announcer.mended("link", good);
  expect(told).toEqual([]);
  announcer.say("link", bad("x"));
  announcer.mended("link", good);
  vi.advanceTimersByTime(5_000);
  announcer.mended("link", good);
  expect(told).toEqual(["x", "up"]);
});

it("leaves it to the replica that leads", () => {
  leads = false;
  announcer.say("link", bad("x"));
  expect(told).toEqual([]);
});

it("tells what happened each time, at once, and leaves that too to the replica that leads", () => {
  announcer.say("link", good);
  announcer.happened(bad("left"));
  announcer.happened(bad("left"));
  leads = false;
  announcer.happened(bad("left"));
  expect(told).toEqual(["up", "left", "left"]);
});
