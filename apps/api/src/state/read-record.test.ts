import { keys } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { linkRecordOf, podRecordOf } from "../test-support/records.js";
import { readRecord } from "./read-record.js";

const KEY = keys.link("default", "ab");
const LINK = linkRecordOf("ab", ["a", "b"]);

test("reads what the API wrote", () => {
  expect(readRecord(KEY, JSON.stringify(LINK))).toEqual({ data: LINK });
  const pod = podRecordOf("a");
  expect(readRecord(keys.pod("default", "a"), JSON.stringify(pod))).toEqual({ data: pod });
});

test("keeps fields that a later version wrote", () => {
  const later = { ...LINK, spec: { ...LINK.spec, later: true }, another: 1 };
  expect(readRecord(KEY, JSON.stringify(later))).toEqual({ data: later });
});

test.each([
  ["not JSON", "{", "is not JSON"],
  ["another kind of record", '{"linkUid":"u","link":"l"}', /^uid: /],
  [
    "an end that is none",
    JSON.stringify({ ...LINK, spec: { ...LINK.spec, endpoints: [{}, {}] } }),
    /^spec\.endpoints\.0/,
  ],
  [
    "a record under another's key",
    JSON.stringify({ ...LINK, name: "cd" }),
    `names itself ${keys.link("default", "cd")}`,
  ],
])("says what is wrong with %s", (_what, value, problem) => {
  const read = readRecord(KEY, value);
  expect(read).toHaveProperty("problem");
  expect((read as { problem: string }).problem).toMatch(problem);
});

test.each(["uid", "namespace", "name"] as const)(
  "leaves out a pod whose %s leads out of its agent's folder",
  (field) => {
    const pod = { ...podRecordOf("a"), [field]: "../../etc" };
    expect(readRecord(keys.pod(pod.namespace, pod.name), JSON.stringify(pod))).toHaveProperty("problem");
  },
);
