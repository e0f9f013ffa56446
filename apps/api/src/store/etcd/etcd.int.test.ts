import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, describe } from "vitest";
import { describeStore } from "../conformance.js";
import { etcdHome } from "./fixture/home.js";

describe("one etcd", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    // The shortest lease is one and a half election timeouts, and the suite waits for some to end.
    etcd = await startEtcd({ flags: ["--heartbeat-interval=50", "--election-timeout=500"] });
  });
  afterAll(() => etcd?.close());

  describeStore("etcd", async () => etcdHome(etcd.endpoints));
});
