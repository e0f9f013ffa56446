import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestApi } from "../test-support/running-api.js";

const PODS = "/api/v1/namespaces/default/pods";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", folder]);
});
afterEach(() => {
  execFileSync("umount", ["--lazy", folder]);
  rmdirSync(folder);
});

test("a full disk refuses writes and says why, keeps what was, and is forgotten when there is space", async () => {
  const data = join(folder, "data");
  const filler = join(folder, "filler");
  const api = await TestApi.start({ data });
  try {
    await api.pod("kept", {});
    try {
      writeFileSync(filler, Buffer.alloc(16 * 1024 * 1024));
    } catch {
      // Full: that is what it is for.
    }
    const labels = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`l${i}`, "x".repeat(60)]));
    const accepted = new Set(["kept"]);
    let refused: Awaited<ReturnType<TestApi["post"]>> | undefined;
    for (let i = 0; i < 2_000 && refused === undefined; i++) {
      const answer = await api.post(PODS, { metadata: { name: `p${i}`, labels }, spec: {} });
      if (answer.status === 201) accepted.add(`p${i}`);
      else refused = answer;
    }
    expect(refused).toMatchObject({ status: 503, body: { code: "Unavailable" } });
    expect(refused?.body.detail).toContain("disk");
    expect(refused?.headers.get("retry-after")).not.toBeNull();
    const names = async () =>
      (await api.get(`${PODS}?limit=1000`)).body.items.map((pod: { metadata: { name: string } }) => pod.metadata.name);
    expect(new Set(await names())).toEqual(accepted);

    rmSync(filler);
    await api.pod("after", {});
    await api.restart();
    expect(new Set(await names())).toEqual(new Set([...accepted, "after"]));
  } finally {
    await api.stop();
  }
}, 60_000);
