import { readdirSync } from "node:fs";
import { beforeEach } from "vitest";
import { type FreshNetns, useFreshNetns } from "../../../ffi/testing/fresh-netns.js";

export interface PodPair {
  /** 10.0.0.1 on `in1`. */
  a: FreshNetns;
  /** 10.0.0.2 on `in1`. */
  b: FreshNetns;
  /** File descriptors of this process that were open when the pair stood. */
  descriptors: number;
}

/** Two namespaces on one veth pair, made anew for each test; `more` is done in each before its interface comes up. */
export function usePodPair(more: (pod: FreshNetns, host: number) => void = () => {}): PodPair {
  const fresh = useFreshNetns();
  const pair = {} as PodPair;
  beforeEach(() => {
    pair.a = fresh("a");
    pair.b = fresh("b");
    pair.a.ip("link", "add", "in1", "type", "veth", "peer", "name", "in1", "netns", pair.b.name);
    for (const [pod, host] of [
      [pair.a, 1],
      [pair.b, 2],
    ] as const) {
      more(pod, host);
      pod.ip("addr", "add", `10.0.0.${host}/24`, "dev", "in1");
      pod.ip("link", "set", "in1", "up");
    }
    pair.descriptors = openDescriptors();
  });
  return pair;
}

export function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
