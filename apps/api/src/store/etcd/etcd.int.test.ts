import { type EtcdCluster, startEtcd } from "@ratchet/testkit";
import { afterAll, beforeAll, describe } from "vitest";
import { describeStore } from "../conformance.js";
import { etcdHome } from "./fixture/home.js";

describe("one etcd", () => {
  let etcd: EtcdCluster;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd?.close());

  describeStore("etcd", async () => etcdHome(etcd.endpoints));
});
