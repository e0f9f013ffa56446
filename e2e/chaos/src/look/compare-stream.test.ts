import type { Link, Node, Pod, StreamItem } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { compareStream } from "./compare-stream.js";

const node = (lastSeen: string, phase = "Ready") =>
  ({ kind: "Node", metadata: { name: "left" }, status: { phase, lastSeen } }) as unknown as Node;
const pod = (name: string, phase = "Ready") =>
  ({ kind: "Pod", metadata: { namespace: "default", name }, status: { phase } }) as unknown as Pod;
const held = (...items: StreamItem[]) => {
  const named = items.map(
    (item) => [`${"namespace" in item.metadata ? "default" : ""}/${item.metadata.name}`, item] as const,
  );
  return (kind: StreamItem["kind"]) => new Map(named.filter(([, item]) => item.kind === kind));
};

test("who was told everything holds what REST answers, but for when a node was last heard of", () => {
  const shown = { nodes: [node("now")], pods: [pod("a")], links: [] };
  expect(compareStream(shown, held(node("a moment ago"), pod("a")))).toEqual([]);
});

test("what was not said, or said otherwise, or not said to be gone, is told", () => {
  const shown = { nodes: [node("now")], pods: [pod("a"), pod("b")], links: [] };
  const found = compareStream(shown, held(node("now", "Unknown"), pod("a", "Gone"), pod("c")));
  expect(found).toHaveLength(4);
  expect(found[0]).toContain("Node /left was last said to be");
  expect(found[1]).toContain("Pod default/a was last said to be");
  expect(found[2]).toBe("Pod default/b was never said");
  expect(found[3]).toBe("Pod default/c was never said to be gone");
});

test("of several replicas each dates conditions by itself", () => {
  const link = (since: string) =>
    ({
      kind: "Link",
      metadata: { namespace: "default", name: "l" },
      status: { conditions: [{ since }] },
    }) as unknown as Link;
  const shown = { nodes: [], pods: [], links: [link("here")] };
  expect(compareStream(shown, held(link("there")))).toHaveLength(1);
  expect(compareStream(shown, held(link("there")), false)).toEqual([]);
});
