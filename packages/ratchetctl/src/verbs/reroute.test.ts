import { expect, test } from "vitest";
import { rerouteRequest } from "./reroute.js";

const toOf = (to: string) => rerouteRequest({ end: "1", to, routes: true }).to;

test("goes to a pod, an interface, or both", () => {
  expect(toOf("a/in1")).toEqual({ pod: "a", interface: "in1" });
  expect(toOf("a/")).toEqual({ pod: "a" });
  expect(toOf("/in1")).toEqual({ interface: "in1" });
});

test("goes to the newest ready pod with these labels", () => {
  expect(toOf("app=web,tier=a/in1")).toEqual({ podSelector: { app: "web", tier: "a" }, interface: "in1" });
  expect(toOf("app.kubernetes.io/name=web/")).toEqual({ podSelector: { "app.kubernetes.io/name": "web" } });
});

test.each(["a", "a/b/c", "/", "app=web", "app=web,tier/in1"])("refuses %s", (to) => {
  expect(() => toOf(to)).toThrow(/must be POD\/INTERFACE or LABEL=VALUE,.../);
});
