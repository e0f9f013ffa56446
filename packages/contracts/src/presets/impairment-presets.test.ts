import { expect, test } from "vitest";
import { Name } from "../net/fields.js";
import { ImpairmentFields } from "../resources/impairment.js";
import { findImpairmentPreset, IMPAIRMENT_PRESETS } from "./impairment-presets.js";

test("every preset is one that a Link may ask for, under a name of its own", () => {
  for (const { name, there, back } of IMPAIRMENT_PRESETS) {
    expect(Name.safeParse(name).success, name).toBe(true);
    for (const fields of [there, back]) expect(ImpairmentFields.safeParse(fields).error?.issues, name).toBeUndefined();
    expect(Object.keys({ ...there, ...back }), name).not.toEqual([]);
    expect(findImpairmentPreset(name)?.name).toBe(name);
  }
  expect(new Set(IMPAIRMENT_PRESETS.map((preset) => preset.name)).size).toBe(IMPAIRMENT_PRESETS.length);
});
