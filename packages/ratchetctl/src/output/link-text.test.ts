import type { Link } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { endText, sourceText } from "./link-text.js";

const link = (chosen: string | null, metadata: object = {}) =>
  ({
    metadata: { labels: {}, annotations: {}, ...metadata },
    spec: {
      endpoints: [
        { pod: "client", interface: "eth1" },
        { podSelector: { app: "web", tier: "a" }, interface: "in1" },
      ],
    },
    status: { endpoints: [{ pod: "client" }, { pod: chosen }] },
  }) as unknown as Link;

test("an end that is chosen by labels shows the pod it has, and the labels", () => {
  expect(endText(link("web-1"), 0)).toBe("client:eth1");
  expect(endText(link("web-1"), 1)).toBe("web-1:in1 (app=web,tier=a)");
  expect(endText(link(null), 1)).toBe("?:in1 (app=web,tier=a)");
});

test("a link says which pod of the cluster asks for it", () => {
  const marks = {
    labels: { "ratchet.network/source": "kubernetes" },
    annotations: { "ratchet.network/owner": "default/primary-pod/uid" },
  };
  expect(sourceText(link(null, marks))).toBe("kubernetes pod default/primary-pod");
  expect(sourceText(link(null))).toBe("");
});
