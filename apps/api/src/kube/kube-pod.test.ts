import { LINKS_READY_GATE } from "@ratchet/contracts";
import { expect, it } from "vitest";
import { kubePodOf, type RawPod } from "./kube-pod.js";

const OTHER = "example.com/warm";
const metadata = { uid: "u", namespace: "n", name: "a", creationTimestamp: "2026-01-01T00:00:00Z" };

/** `conditions` as `Type=Status`, with the reason behind a colon. */
function isReady(
  conditions: string[],
  gates: string[] = [],
  more: Partial<RawPod["metadata"]> = {},
): boolean | undefined {
  const pod = kubePodOf({
    metadata: { ...metadata, ...more },
    spec: { readinessGates: gates.map((conditionType) => ({ conditionType })) },
    status: {
      conditions: conditions.map((text) => {
        const [condition = "", reason] = text.split(":");
        const [type = "", status = ""] = condition.split("=");
        return { type, status, ...(reason === undefined ? {} : { reason }) };
      }),
    },
  });
  return pod?.isReady;
}

const WAITS = ["ContainersReady=True", "Ready=False:ReadinessGatesNotReady"];

it("is ready when Kubernetes says so, and not while it is being ended", () => {
  expect(isReady(["ContainersReady=True", "Ready=True"])).toBe(true);
  expect(isReady([])).toBe(false);
  expect(isReady(["ContainersReady=False", "Ready=False:ContainersNotReady"])).toBe(false);
  expect(isReady(["ContainersReady=True", "Ready=True"], [], { deletionTimestamp: "2026-01-01T00:00:01Z" })).toBe(
    false,
  );
});

it("is ready when it waits for its links alone, before and after these are said to be up", () => {
  expect(isReady(WAITS, [LINKS_READY_GATE])).toBe(true);
  expect(isReady([...WAITS, `${LINKS_READY_GATE}=True`], [LINKS_READY_GATE])).toBe(true);
  expect(isReady(WAITS, [LINKS_READY_GATE, OTHER])).toBe(false);
  expect(isReady([...WAITS, `${OTHER}=True`], [LINKS_READY_GATE, OTHER])).toBe(true);
});

it("is not ready on a node that is lost, where Ready alone turns false", () => {
  expect(isReady(["ContainersReady=True", "Ready=False"])).toBe(false);
  expect(isReady(["ContainersReady=True", "Ready=False", `${LINKS_READY_GATE}=True`], [LINKS_READY_GATE])).toBe(false);
});

it("has its age in one form, as a list and a watch tell it", () => {
  const aged = (creationTimestamp: string | Date) =>
    kubePodOf({ metadata: { ...metadata, creationTimestamp } })?.createdAt;
  expect(aged("2026-01-01T00:00:00Z")).toBe("2026-01-01T00:00:00.000Z");
  expect(aged(new Date("2026-01-01T00:00:00Z"))).toBe("2026-01-01T00:00:00.000Z");
});
