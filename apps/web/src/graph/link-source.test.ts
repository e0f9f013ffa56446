import { OWNER_ANNOTATION, SOURCE_KUBERNETES, SOURCE_LABEL } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { aLink, modelOf, resourcesOf } from "../test-support/resources.js";
import { linkSource } from "./link-source.js";

test("a link written from a Kubernetes pod names that pod, one made by hand nothing", () => {
  const link = aLink("l", "a:1", "b:1");
  expect(linkSource(link)).toBeUndefined();
  link.metadata.labels = { [SOURCE_LABEL]: SOURCE_KUBERNETES };
  link.metadata.annotations = { [OWNER_ANNOTATION]: "default/quagga-a/0000-1111" };
  expect(linkSource(link)).toEqual({ owner: "default/quagga-a", podUid: "0000-1111", problem: "" });
  expect(modelOf(resourcesOf(link)).wires.get("link/l")?.owner).toBe("default/quagga-a");
});

test("an end whose labels have chosen no pod yet stands under those labels", () => {
  const link = aLink("l", "a:1", "b:1");
  link.spec.endpoints[1] = { podSelector: { app: "router" }, interface: "eth1" };
  const endsOf = () =>
    modelOf(resourcesOf(link))
      .wires.get("link/l")
      ?.ends.map((end) => end.pod);
  expect(endsOf()).toEqual(["pod/a", "pod/app=router"]);
  const [near, far] = link.status.endpoints;
  if (!near || !far) throw new Error("a link has two ends");
  link.status.endpoints = [near, { ...far, pod: "router-x7k2" }];
  expect(endsOf()).toEqual(["pod/a", "pod/router-x7k2"]);
});
