import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStore } from "../conformance.js";
import { openEmbeddedStore } from "./embedded-store.js";

describeStore("embedded", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ratchet-store-"));
  const path = join(folder, "store.db");
  return {
    open: () => openEmbeddedStore({ path }),
    remove: () => rm(folder, { recursive: true }),
  };
});
