import { expect, it } from "vitest";
import { portRoutes } from "./port-routes.js";

const image = [
  { interface: "in1", to: "default", via: "10.0.0.1" },
  { interface: "in1", to: "default", via: "fd00::1" },
  { interface: "in2", to: "10.9.0.0/16", via: "10.0.1.1" },
];

it("takes the image's route to where none is asked for, and only over its interface", () => {
  expect(portRoutes([{ to: "10.8.0.0/16" }], image, "in1")).toEqual([
    { to: "10.8.0.0/16", via: undefined, family: 4 },
    { to: "default", via: "10.0.0.1", family: 4 },
    { to: "default", via: "fd00::1", family: 6 },
  ]);
});

it("prefers what is asked for to the image's route to the same destination of that family", () => {
  const routes = portRoutes([{ to: "default", via: "10.0.0.254" }], image, "in1");
  expect(routes).toEqual([
    { to: "default", via: "10.0.0.254", family: 4 },
    { to: "default", via: "fd00::1", family: 6 },
  ]);
});
