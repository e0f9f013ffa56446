import { expect, test } from "vitest";
import { parseFlags } from "./flags.js";

test("flags come before the environment, and the environment before defaults", () => {
  const env = { RATCHET_DATA: "/from/env", RATCHET_LOG_LEVEL: "warn" };
  expect(parseFlags(["--data", "/from/flag"], env)).toEqual({
    config: { listen: { host: "127.0.0.1", port: 8080 }, data: "/from/flag", logLevel: "warn" },
  });
});

test("every problem is reported at once, by name and never by value", () => {
  const result = parseFlags(
    ["--listen", "192.0.2.1:1", "--log-level", "secret", "--socket", `/${"s".repeat(200)}`],
    {},
  );
  const text = "problems" in result ? result.problems.join("\n") : "";
  for (const name of ["--listen", "--log-level", "--socket", "--data"]) expect(text).toContain(name);
  for (const value of ["192.0.2.1", "secret", "sss"]) expect(text).not.toContain(value);
});

test("an unknown flag is refused", () => {
  expect(parseFlags(["--data", "/d", "--colour", "red"], {})).toEqual({
    problems: [expect.stringContaining("--colour")],
  });
});
