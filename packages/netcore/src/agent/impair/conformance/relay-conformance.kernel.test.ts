import { afterAll, beforeAll, expect, test } from "vitest";
import { buildAgent } from "../../testing/scene.js";
import { CHECKS } from "./checks.js";
import { ImpairedPair } from "./impaired-pair.js";

let pair: ImpairedPair;

beforeAll(async () => {
  buildAgent();
  pair = await ImpairedPair.begin("relay");
});
afterAll(() => pair.end());

test.each(CHECKS)("the relay $name", async ({ run }) => {
  await run(pair);
  expect(pair.scene.api.malformed).toEqual([]);
});
