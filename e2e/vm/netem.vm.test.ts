import { runAgentInVm } from "@ratchet/testkit";
import { expect, test } from "vitest";

interface CheckResult {
  engine: string;
  name: string;
  error: string | null;
}

// What the same suite holds the relay to on this machine's own kernel: packages/netcore, relay-conformance.
test("netem on Debian's kernel keeps everything that both engines have to keep", async () => {
  const { code, output } = await runAgentInVm(["agent/impair/conformance/main.js", "netem"], { timeoutMs: 840_000 });
  const results = output.split("\n").flatMap((line): CheckResult[] => {
    const at = line.indexOf('{"engine":');
    return at < 0 ? [] : [JSON.parse(line.slice(at)) as CheckResult];
  });
  const failed = results.filter(({ error }) => error !== null);
  expect(failed.map(({ name, error }) => `${name}: ${error}`)).toEqual([]);
  expect({ code, console: code === 0 ? "" : output.slice(-4_000) }).toEqual({ code: 0, console: "" });
  expect(results.length).toBeGreaterThanOrEqual(16);
  expect(new Set(results.map(({ engine }) => engine))).toEqual(new Set(["netem"]));
});
