import type { Change } from "@ratchet/contracts";
import { describe, expect, it } from "vitest";
import { chooseUndo } from "./undo.js";

const change = (id: string, actor: string, revertOf?: string): Change => ({
  id,
  at: "2026-01-01T00:00:00.000Z",
  actor,
  verb: revertOf === undefined ? "update" : "revert",
  kind: "Link",
  namespace: "default",
  name: "mid",
  before: {},
  after: {},
  ...(revertOf === undefined ? {} : { revertOf }),
});

describe("chooseUndo", () => {
  it("takes the newest change of one's own before a newer one of somebody else", () => {
    expect(chooseUndo([change("3", "page"), change("2", "me"), change("1", "me")], "me")?.id).toBe("2");
  });

  it("takes the newest of anybody when none is one's own", () => {
    expect(chooseUndo([change("3", "page"), change("2", "lab")], "me")?.id).toBe("3");
  });

  it("goes back further each time instead of undoing the undo", () => {
    const changes = [change("3", "me", "2"), change("2", "me"), change("1", "me")];
    expect(chooseUndo(changes, "me")?.id).toBe("1");
    expect(chooseUndo([change("4", "me", "1"), ...changes], "me")).toBeUndefined();
  });
});
