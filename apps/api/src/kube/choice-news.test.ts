import { SOURCE_KUBERNETES, SOURCE_LABEL } from "@ratchet/contracts";
import { beforeEach, expect, it } from "vitest";
import type { ChoiceRecord, LinkRecord, PodRecord } from "../state/records.js";
import { wiredLink } from "../state/wired-link.js";
import type { World } from "../state/world.js";
import type { Announcer } from "./announcer.js";
import { ChoiceNews } from "./choice-news.js";
import type { PodAnnouncement } from "./cluster.js";

const KEY = "/ratchet/links/n/l";
const WEB = { podSelector: { app: "web" }, interface: "in1" };
const link = (uid = "link", end: object = WEB) =>
  ({ uid, namespace: "n", name: "l", spec: { endpoints: [{ pod: "client", interface: "e" }, end] } }) as LinkRecord;

let held: LinkRecord | undefined;
let choice: ChoiceRecord | undefined;
let pods: Record<string, string>;
let told: string[];

const world = {
  allKeys: () => (held === undefined ? [] : [KEY]),
  link: () => held && { data: held, modRevision: 1 },
  wired: () => held && wiredLink(held, choice),
  pod: (key: string) => {
    const name = key.slice(key.lastIndexOf("/") + 1);
    if (pods[name] === undefined) return undefined;
    const labels = name.startsWith("lab") ? {} : { [SOURCE_LABEL]: SOURCE_KUBERNETES };
    return { data: { uid: pods[name], namespace: "n", name, labels } as PodRecord, modRevision: 1 };
  },
} as unknown as World;
const announcer = {
  happened: ({ pod, type, reason, message }: PodAnnouncement) =>
    void told.push(`${pod.uid} ${type} ${reason} ${message}`),
} as unknown as Announcer;

function chosen(pod: string | null, linkUid = "link"): void {
  choice = { linkUid, ends: [null, { pod, refusal: null }] };
}

beforeEach(() => {
  held = link();
  choice = undefined;
  pods = { "web-1": "u1", "web-2": "u2", "lab-1": "u3" };
  told = [];
});

it("tells both pods when the wire goes over to another", () => {
  const news = new ChoiceNews(world, announcer);
  chosen("web-1");
  news.observe(KEY);
  expect(told).toEqual(["u1 Normal LinkArrived link l ends here at in1 now: the newest ready pod with app=web"]);
  chosen("web-2");
  news.observe(KEY);
  news.observe(KEY);
  expect(told.slice(1)).toEqual([
    "u1 Normal LinkLeft link l has left in1 for pod web-2, the newest ready one with app=web",
    "u2 Normal LinkArrived link l ends here at in1 now: the newest ready pod with app=web, after pod web-1",
  ]);
});

it("says nothing of what was so before it began", () => {
  chosen("web-1");
  const news = new ChoiceNews(world, announcer);
  news.observe(KEY);
  expect(told).toEqual([]);
  chosen("web-2");
  news.observe(KEY);
  expect(told).toHaveLength(2);
});

it("tells a pod that is gone by now, for people read Events later, and one of the same name under its own uid", () => {
  chosen("web-1");
  const news = new ChoiceNews(world, announcer);
  pods["web-1"] = "u9";
  news.observe(KEY);
  expect(told).toEqual([
    "u1 Normal LinkLeft link l has left in1 for pod web-1, the newest ready one with app=web",
    "u9 Normal LinkArrived link l ends here at in1 now: the newest ready pod with app=web, after pod web-1",
  ]);
});

it("tells the one that is left when nobody else is ready, and when the end is re-routed to a name", () => {
  chosen("web-1");
  const news = new ChoiceNews(world, announcer);
  chosen(null);
  news.observe(KEY);
  chosen("web-2");
  news.observe(KEY);
  held = link("link", { pod: "named", interface: "in1" });
  choice = undefined;
  news.observe(KEY);
  expect(told).toEqual([
    "u1 Normal LinkLeft link l has left in1: this pod is not chosen by app=web any more, and no other is ready",
    "u2 Normal LinkArrived link l ends here at in1 now: the newest ready pod with app=web",
    "u2 Normal LinkLeft link l has left in1: it was re-routed to pod named",
  ]);
});

it("is silent about a link that is deleted, or made anew under its name, and about pods that are not the cluster's", () => {
  chosen("web-1");
  const news = new ChoiceNews(world, announcer);
  held = undefined;
  news.observe(KEY);
  held = link("other");
  chosen("lab-1", "other");
  news.observe(KEY);
  expect(told).toEqual([]);
});
