import type { Run, RunStep } from "@ratchet/contracts";
import { type Markup, markup } from "./markup.js";

/** JUnit XML, one test case a step, as CI systems read it (the schema of Jenkins' JUnit plugin). Pure. */
export function junitOf({ metadata, spec, status }: Run): string {
  const { steps } = status;
  // A run can fail without a step of its own having failed: by its deadline, or because it was cancelled.
  const isBlamed = steps.some(({ state }) => state === "failed");
  const whole = status.phase === "Passed" || isBlamed ? [] : [wholeCase(spec.scenario, status)];
  const failures = steps.filter(({ state }) => state === "failed").length + whole.length;
  const skipped = steps.filter(isSkipped).length;
  const properties = { run: metadata.name, seed: String(spec.seed), phase: status.phase, ...figuresOf(status) };
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="${spec.scenario}" tests="${steps.length + whole.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${inSeconds(status.durationMs)}" timestamp="${(status.startedAt ?? metadata.createdAt).slice(0, 19)}">
<properties>${Object.entries(properties).map(([name, value]) => markup`<property name="${name}" value="${value}"/>`)}</properties>
${whole}${steps.map((step) => caseOf(step, spec.scenario))}</testsuite>
</testsuites>
`.text;
}

function caseOf(step: RunStep, scenario: string): Markup {
  const took = step.startedMs === null || step.endedMs === null ? null : step.endedMs - step.startedMs;
  const inside =
    step.state === "failed"
      ? markup`<failure message="${step.message}"/>`
      : isSkipped(step)
        ? markup`<skipped message="${step.state}"/>`
        : null;
  const output =
    step.state === "passed" && step.message !== "" ? markup`<system-out>${step.message}</system-out>` : null;
  return markup`<testcase classname="${scenario}.${step.section}" name="${`${step.id} ${step.name}`}" time="${inSeconds(took)}">${inside}${output}</testcase>
`;
}

function wholeCase(scenario: string, { phase, message, durationMs }: Run["status"]): Markup {
  return markup`<testcase classname="${scenario}" name="run" time="${inSeconds(durationMs)}"><failure message="${`${phase}: ${message}`}"/></testcase>
`;
}

function isSkipped({ state }: RunStep): boolean {
  return state !== "passed" && state !== "failed";
}

function figuresOf({ probes }: Run["status"]): Record<string, string> {
  return Object.fromEntries(
    probes.flatMap(({ name, sent, lost, longestOutageMs }) => [
      [`${name}.sent`, String(sent)],
      [`${name}.lost`, String(lost)],
      [`${name}.longestOutageMs`, longestOutageMs.toFixed(1)],
    ]),
  );
}

function inSeconds(ms: number | null): string {
  return ((ms ?? 0) / 1000).toFixed(3);
}
