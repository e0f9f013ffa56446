import { ScenarioInput } from "@ratchet/contracts";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { aLink } from "../test-support/resources.js";
import { scenarioTemplate } from "./scenario-template.js";

test.each([
  ["a wire with addresses", [aLink("ab", "a:in1", "b:in2", { addresses: [["10.0.0.1/24"], ["10.0.0.2/24"]] })]],
  ["a wire without", [aLink("ab", "a:in1", "b:in2")]],
])("the template of %s is a scenario the API takes", (_what, links) => {
  const parsed = ScenarioInput.safeParse(load(scenarioTemplate(links)));
  expect(parsed.error?.issues).toBeUndefined();
  expect(parsed.data?.spec.steps[1]).toMatchObject({ cut: "ab" });
});
