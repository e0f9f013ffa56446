import { describe, expect, it } from "vitest";
import { jitterShape, normalProbability, normalQuantile, SHAPE_SCALE } from "./jitter-shape.js";

describe("shapes of jitter", () => {
  it.each(["normal", "pareto", "paretonormal"] as const)("%s has mean 0 and standard deviation 1, about", (name) => {
    const shape = [...(jitterShape(name) ?? [])].map((value) => value / SHAPE_SCALE);
    const mean = shape.reduce((sum, value) => sum + value, 0) / shape.length;
    const deviation = Math.sqrt(shape.reduce((sum, value) => sum + (value - mean) ** 2, 0) / shape.length);
    // What lies beyond four deviations is cut off, which a heavy tail feels.
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(deviation).toBeGreaterThan(0.65);
    expect(deviation).toBeLessThan(1.001);
    expect(shape).toEqual([...shape].sort((a, b) => a - b));
  });

  it("has none for uniform", () => {
    expect(jitterShape("uniform")).toBeUndefined();
    expect(jitterShape(undefined)).toBeUndefined();
  });

  it("knows the normal distribution", () => {
    expect(normalQuantile(0.5)).toBeCloseTo(0, 9);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232, 5);
    for (const x of [-3, -1, -0.1, 0, 0.5, 2]) expect(normalQuantile(normalProbability(x))).toBeCloseTo(x, 4);
  });
});
