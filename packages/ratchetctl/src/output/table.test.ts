import { describe, expect, it } from "vitest";
import { paintFor } from "./paint.js";
import { table } from "./table.js";

const plain = paintFor(false, {});

describe("table", () => {
  it("aligns columns and shows an empty cell as a dash", () => {
    const text = table(
      ["NAME", "PHASE", "NODE"],
      [
        ["a", { text: "Up", colour: "green" }, ""],
        ["longer-name", "Pending", "left"],
      ],
      plain,
    );
    expect(text).toBe("NAME         PHASE    NODE\na            Up       -\nlonger-name  Pending  left\n");
  });

  it("keeps the alignment when cells are coloured", () => {
    const coloured = table(["A", "B"], [[{ text: "x", colour: "red" }, "y"]], paintFor(true, {}));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is removed
    expect(coloured.replace(/\x1b\[\d+m/g, "")).toBe("A  B\nx  y\n");
  });
});

describe("paintFor", () => {
  it("colours only a terminal whose user did not refuse", () => {
    expect(paintFor(true, {})("red", "x")).toBe("\x1b[31mx\x1b[0m");
    expect(paintFor(true, { NO_COLOR: "1" })("red", "x")).toBe("x");
    expect(paintFor(true, { TERM: "dumb" })("red", "x")).toBe("x");
    expect(paintFor(false, {})("red", "x")).toBe("x");
  });
});
