import { describe, expect, it } from "vitest";
import { openEtcdStore } from "./etcd-store.js";
import { EtcdOptions } from "./options.js";

describe("the etcd store's options", () => {
  it("needs endpoints only", () => {
    expect(EtcdOptions.parse({ endpoints: ["http://127.0.0.1:2379"] })).toMatchObject({
      prefix: "ratchet/",
      maxTxnOps: 128,
    });
  });

  it.each([
    [{ endpoints: [] }, "endpoints"],
    [{ endpoints: ["127.0.0.1"] }, "endpoints.0"],
    [{ endpoints: ["http://a:1", "https://b:1"] }, "endpoints: must be all https or all http"],
    [{ endpoints: ["http://a:1"], tls: {} }, "tls: needs https endpoints"],
    [{ endpoints: ["https://a:1"], tls: { certFile: "c" } }, "certFile and keyFile go together"],
    [{ endpoints: ["http://a:1"], prefix: "" }, "prefix"],
  ])("refuses %j and names what is wrong", async (options, named) => {
    await expect(openEtcdStore(options)).rejects.toMatchObject({
      code: "InvalidArgument",
      message: expect.stringContaining(named),
    });
  });

  it("names wrong options without their values", async () => {
    const options = { endpoints: ["http://a:1"], auth: { user: "", password: "s3cret" }, timeoutMs: 1 };
    const error: unknown = await openEtcdStore(options).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("auth.user");
    expect(String(error)).toContain("timeoutMs");
    expect(String(error)).not.toContain("s3cret");
  });
});
