import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "./run.js";
import { FakeHost } from "./testing/fake-host.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ratchet-shim-"));
  for (const plugin of ["ptp", "loopback"]) writeFileSync(join(folder, plugin), "");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const environment = (command: string): Record<string, string | undefined> => ({
  CNI_COMMAND: command,
  CNI_CONTAINERID: "c1",
  CNI_NETNS: "/run/netns/p1",
  CNI_IFNAME: "eth0",
  CNI_PATH: `/nowhere:${folder}`,
  CNI_ARGS: "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=p1;K8S_POD_UID=u1",
});
const config = (changes: object = {}) => ({
  cniVersion: "1.1.0",
  name: "net",
  type: "ratchet",
  delegate: { type: "ptp" },
  boot_network: { type: "loopback" },
  state_dir: join(folder, "state"),
  ...changes,
});

async function runWith(env: object, stdin: string | object, prepare: (host: FakeHost) => void = () => {}) {
  const host = new FakeHost(env as Record<string, string>);
  host.stdin = typeof stdin === "string" ? stdin : JSON.stringify(stdin);
  prepare(host);
  const exitCode = await run(host);
  return { exitCode, host, answer: host.stdout === "" ? undefined : JSON.parse(host.stdout) };
}

const OURS = { isRatchet: true, known: true };
const NO_WIRES = { interfaces: [], ips: [], routes: [] };
const isRatchet = (host: FakeHost) => {
  host.agentAnswer = (path) => ({ status: 200, body: path === "/v1/add" ? [OURS, { result: NO_WIRES }] : OURS });
};
const refuse = (code: number) => (host: FakeHost) => {
  const problem = { code, msg: "agent says", details: "why" };
  host.agentAnswer = (path) =>
    path === "/v1/add" ? { status: 200, body: [OURS, { problem }] } : { status: 500, body: problem };
};

describe("the environment", () => {
  const NEEDED = {
    ADD: ["CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
    CHECK: ["CNI_COMMAND", "CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"],
    DEL: ["CNI_COMMAND", "CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"],
    GC: ["CNI_COMMAND", "CNI_PATH"],
    STATUS: ["CNI_COMMAND", "CNI_PATH"],
    VERSION: ["CNI_COMMAND"],
  };
  const cases = Object.entries(NEEDED).flatMap(([command, names]) => names.map((name) => [command, name] as const));

  test.each(cases)("%s without %s is error 4 naming it", async (command, name) => {
    const { answer, exitCode } = await runWith({ ...environment(command), [name]: undefined }, config());
    expect(exitCode).toBe(1);
    expect(answer).toMatchObject({ code: 4, msg: expect.stringContaining(name) });
  });

  test("names all that is missing at once", async () => {
    const { answer } = await runWith({ CNI_COMMAND: "ADD" }, config());
    expect(answer.msg).toContain("CNI_CONTAINERID, CNI_NETNS, CNI_IFNAME, CNI_PATH");
  });

  test.each([
    ["CNI_COMMAND", "LIST"],
    ["CNI_CONTAINERID", "-c1"],
    ["CNI_CONTAINERID", "../../etc/passwd"],
    ["CNI_CONTAINERID", "c".repeat(201)],
    ["CNI_IFNAME", "a/b"],
    ["CNI_IFNAME", "a:b"],
    ["CNI_IFNAME", "a b"],
    ["CNI_IFNAME", "."],
    ["CNI_IFNAME", ".."],
    ["CNI_IFNAME", "sixteen-bytes-xx"],
    ["CNI_IFNAME", "ääääääää"],
    ["CNI_NETNS", "netns/p1"],
    ["CNI_ARGS", "K8S_POD_NAMESPACE"],
    ["CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=../../x"],
    ["CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=x;K8S_POD_UID=../x"],
  ])("%s=%s is error 4", async (name, value) => {
    const { answer } = await runWith({ ...environment("ADD"), [name]: value }, config());
    expect(answer).toMatchObject({ code: 4, msg: expect.stringContaining(name) });
  });
});

describe("the configuration", () => {
  test.each([
    ["not JSON", "{", 6],
    ["empty", "", 6],
    ["a list", "[]", 6],
    ["an old version", { cniVersion: "0.2.0" }, 1],
    ["a new version", { cniVersion: "2.0.0" }, 1],
    ["a version that is no text", { cniVersion: 1 }, 1],
    ["no name", { name: undefined }, 7],
    ["a wrong name", { name: "a b" }, 7],
    ["a delegate without type", { delegate: {} }, 7],
    ["a delegate of another folder", { delegate: { type: "../ptp" } }, 7],
    ["itself as delegate", { delegate: { type: "ratchet" } }, 7],
    ["a delegate that is not installed", { delegate: { type: "flannel" } }, 7],
    ["a delegate after another plugin", { prevResult: { cniVersion: "1.1.0" } }, 7],
    ["no network for other pods", { delegate: undefined }, 7],
  ])("%s is an error of its own code", async (_, stdin, code) => {
    const { answer, exitCode } = await runWith(environment("ADD"), typeof stdin === "string" ? stdin : config(stdin));
    expect(exitCode).toBe(1);
    expect(answer).toMatchObject({ cniVersion: expect.stringMatching(/^\d/), code, msg: expect.stringMatching(/.+/) });
  });

  test("all that is wrong is said at once, by name", async () => {
    const { answer } = await runWith(environment("ADD"), config({ name: "", use_labels: "yes", state_dir: "x" }));
    for (const field of ["name:", "use_labels:", "state_dir:"]) expect(answer.details).toContain(field);
  });

  test("use_labels false is passed on to the agent, and nothing where labels count", async () => {
    for (const [useLabels, said] of [
      [false, false],
      [true, undefined],
      [undefined, undefined],
    ] as const) {
      const bodies: object[] = [];
      await runWith(environment("ADD"), config({ use_labels: useLabels }), (host) => {
        isRatchet(host);
        const answer = host.agentAnswer;
        host.agentAnswer = (path, body) => {
          bodies.push(body as object);
          return answer(path, body);
        };
      });
      expect(bodies.length).toBeGreaterThan(0);
      for (const { useLabels: passed } of bodies as { useLabels?: boolean }[]) expect(passed).toBe(said);
    }
  });

  test.each([
    ["CHECK", "0.3.1"],
    ["GC", "1.0.0"],
    ["STATUS", "1.0.0"],
  ])("%s with version %s is error 1", async (command, cniVersion) => {
    const { answer } = await runWith(environment(command), config({ cniVersion }));
    expect(answer).toMatchObject({ cniVersion, code: 1 });
  });

  test("without a version, as the prototype's sample, the answer says 0.3.1", async () => {
    const { answer } = await runWith(environment("ADD"), config({ cniVersion: undefined }), isRatchet);
    expect(answer).toMatchObject({ cniVersion: "0.3.1", ips: [{ version: "4" }] });
  });
});

describe("VERSION", () => {
  test.each([
    ["0.4.0", "0.4.0"],
    ["9.9.9", "1.1.0"],
    [undefined, "1.1.0"],
  ])("asked with %s it answers with %s", async (cniVersion, answered) => {
    const { answer, exitCode } = await runWith({ CNI_COMMAND: "VERSION" }, { cniVersion });
    expect(exitCode).toBe(0);
    expect(answer).toEqual({
      cniVersion: answered,
      supportedVersions: ["0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"],
    });
  });
});

describe("ADD", () => {
  test("a pod without any wire gets a placeholder address, so that containerd takes the sandbox", async () => {
    const { answer } = await runWith(environment("ADD"), config(), isRatchet);
    expect(answer.ips).toEqual([{ address: expect.stringMatching(/^169\.254\.\d+\.\d+\/32$/) }]);
  });

  test.each([3, 5, 11, 101])("the agent's error %i reaches the runtime", async (code) => {
    const { answer } = await runWith(environment("ADD"), config(), refuse(code));
    expect(answer).toEqual({ cniVersion: "1.1.0", code, msg: "agent says", details: "why" });
  });

  test("an agent of another release is named as such", async () => {
    const { answer } = await runWith(environment("ADD"), config(), (host) => {
      isRatchet(host);
      const known = host.agentAnswer;
      host.agentAnswer = (path, body) =>
        path === "/v1/add" ? { status: 200, body: [OURS, { ifs: [] }] } : known(path, body);
    });
    expect(answer).toMatchObject({ code: 100, details: expect.stringContaining("release") });
  });

  test("a pod without Kubernetes' names is its delegate's", async () => {
    const { host } = await runWith({ ...environment("ADD"), CNI_ARGS: undefined }, config(), isRatchet);
    expect(host.executed.map((item) => item.path)).toEqual([join(folder, "ptp")]);
  });

  test("delegates get our name, version and capabilities besides their own keys", async () => {
    const { host } = await runWith(environment("ADD"), config({ runtimeConfig: { mac: "x" } }));
    expect(host.executed).toEqual([
      {
        path: join(folder, "ptp"),
        command: "ADD",
        config: { cniVersion: "1.1.0", name: "net", type: "ptp", runtimeConfig: { mac: "x" } },
      },
    ]);
  });

  test("a delegate of another version is converted", async () => {
    const delegate = { type: "ptp", cniVersion: "0.4.0" };
    const { answer } = await runWith(environment("ADD"), config({ delegate }), (host) => {
      const ips = [{ version: "4", address: "10.0.0.2/24" }];
      host.execAnswer = { stdout: JSON.stringify({ cniVersion: "0.4.0", ips }), exitCode: 0, isTimedOut: false };
    });
    expect(answer).toMatchObject({ cniVersion: "1.1.0", ips: [{ address: "10.0.0.2/24" }] });
    expect(answer.ips[0]).not.toHaveProperty("version");
  });

  test.each([
    ["panic: runtime error", 2, 100],
    ["", 1, 100],
    ['{"code":7,"msg":"bad","details":"d"}', 1, 7],
  ])("a delegate that fails with %j gives error %i", async (stdout, exitCode, code) => {
    const { answer } = await runWith(environment("ADD"), config(), (host) => {
      host.execAnswer = { stdout, exitCode, isTimedOut: false };
    });
    expect(answer.code).toBe(code);
  });

  test("a delegate that hangs gives error 11", async () => {
    const { answer } = await runWith(environment("ADD"), config(), (host) => {
      host.execAnswer = { stdout: "", exitCode: -1, isTimedOut: true };
    });
    expect(answer).toMatchObject({ code: 11, msg: expect.stringContaining("ptp") });
  });

  test("agent and Kubernetes silent: a pod that was Ratchet's before is told to try again, another gets its delegate", async () => {
    await runWith(environment("ADD"), config(), isRatchet);
    const again = await runWith({ ...environment("ADD"), CNI_CONTAINERID: "c2" }, config());
    expect(again.answer.code).toBe(11);
    expect(again.host.executed).toEqual([expect.objectContaining({ path: join(folder, "loopback"), command: "ADD" })]);
    const args = "K8S_POD_NAMESPACE=default;K8S_POD_NAME=p1;K8S_POD_UID=u2";
    const other = await runWith({ ...environment("ADD"), CNI_ARGS: args }, config());
    expect(other.exitCode).toBe(0);
  });

  test("a state folder that cannot be written stops no pod", async () => {
    const { exitCode } = await runWith(environment("ADD"), config({ state_dir: join(folder, "ptp", "not-a-folder") }));
    expect(exitCode).toBe(0);
  });
});

describe("DEL", () => {
  test("of an unknown sandbox reaches agent, boot network and delegate", async () => {
    const asked: string[] = [];
    const { host, exitCode } = await runWith(environment("DEL"), config(), (fake) => {
      fake.agentAnswer = (path) => {
        asked.push(path);
        return { status: 200, body: {} };
      };
    });
    expect(exitCode).toBe(0);
    expect(asked).toEqual(["/v1/del"]);
    expect(host.executed.map((item) => item.path)).toEqual([join(folder, "loopback"), join(folder, "ptp")]);
  });

  test("a delegate that fails makes the runtime come again, and the other plugins ran all the same", async () => {
    const { host, answer } = await runWith(environment("DEL"), config(), (fake) => {
      fake.execAnswer = { stdout: '{"code":11,"msg":"busy"}', exitCode: 1, isTimedOut: false };
    });
    expect(answer.code).toBe(11);
    expect(host.executed).toHaveLength(2);
  });

  test("an agent that fails is noted for later, and DEL succeeds", async () => {
    const { exitCode } = await runWith(environment("DEL"), config(), refuse(5));
    expect(exitCode).toBe(0);
    expect(readdirSync(join(folder, "state", "pending-del"))).toEqual(["c1.eth0.json"]);
  });

  test("succeeds also when the note cannot be written", async () => {
    const { exitCode } = await runWith(environment("DEL"), config({ state_dir: join(folder, "ptp", "not-a-folder") }));
    expect(exitCode).toBe(0);
  });

  test("of an old sandbox leaves the record of the pod's new one", async () => {
    await runWith(environment("ADD"), config(), isRatchet);
    await runWith({ ...environment("ADD"), CNI_CONTAINERID: "c2" }, config(), isRatchet);
    await runWith(environment("DEL"), config());
    expect(readdirSync(join(folder, "state", "attachments"))).toEqual(["c2.eth0.json"]);
  });
});

describe("CHECK", () => {
  const prevResult = { cniVersion: "1.1.0", interfaces: [], ips: [] };

  test("without prevResult is error 7", async () => {
    expect((await runWith(environment("CHECK"), config())).answer.code).toBe(7);
  });

  test("of a wired pod asks boot network and agent, and tells what the agent found", async () => {
    await runWith(environment("ADD"), config(), isRatchet);
    const good = await runWith(environment("CHECK"), config({ prevResult }), isRatchet);
    expect(good).toMatchObject({ exitCode: 0, answer: undefined });
    expect(good.host.executed).toEqual([
      expect.objectContaining({ path: join(folder, "loopback"), config: expect.objectContaining({ prevResult }) }),
    ]);
    const bad = await runWith(environment("CHECK"), config({ prevResult }), refuse(101));
    expect(bad.answer).toMatchObject({ code: 101, msg: "agent says" });
  });

  test("of a wired pod with the agent silent is error 11", async () => {
    await runWith(environment("ADD"), config(), isRatchet);
    expect((await runWith(environment("CHECK"), config({ prevResult }))).answer.code).toBe(11);
  });

  test("of another pod asks its delegate alone", async () => {
    await runWith(environment("ADD"), config());
    const { host, exitCode } = await runWith(environment("CHECK"), config({ prevResult }));
    expect(exitCode).toBe(0);
    expect(host.executed.map(({ path, command }) => [path, command])).toEqual([[join(folder, "ptp"), "CHECK"]]);
  });
});

describe("STATUS", () => {
  const chained = { delegate: undefined, boot_network: undefined };
  const ready = (host: FakeHost) => {
    host.agentAnswer = () => ({ status: 200, body: { ready: true, version: "1" } });
  };

  test.each([
    ["ready with the agent up", {}, ready, undefined],
    ["ready with the agent down while the delegate works", {}, () => {}, undefined],
    ["ready with the agent down in a chain", chained, () => {}, undefined],
    ["50 with the agent down when every pod needs it", { delegate: undefined }, () => {}, 50],
    ["50 with an agent that is not ready when every pod needs it", { delegate: undefined }, refuse(50), 50],
  ])("is %s", async (_, changes, prepare, code) => {
    const { answer } = await runWith(environment("STATUS"), config(changes), prepare);
    expect(answer?.code).toBe(code);
  });

  test("is the delegate's when that is not available", async () => {
    const { answer } = await runWith(environment("STATUS"), config(), (host) => {
      ready(host);
      host.execAnswer = { stdout: '{"code":50,"msg":"no subnet"}', exitCode: 1, isTimedOut: false };
    });
    expect(answer).toMatchObject({ code: 50, msg: "no subnet" });
  });

  test("does not ask a delegate whose version has no STATUS", async () => {
    const { host } = await runWith(environment("STATUS"), config({ delegate: { type: "ptp", cniVersion: "1.0.0" } }));
    expect(host.executed).toEqual([]);
  });
});

describe("GC", () => {
  const attachments = { "cni.dev/valid-attachments": [{ containerID: "c2", ifname: "eth0" }] };

  test("without the list is error 7, since all would go", async () => {
    expect((await runWith(environment("GC"), config())).answer.code).toBe(7);
  });

  test("tells agent and delegates, and forgets what is not listed, of this network alone", async () => {
    for (const id of ["c1", "c2"]) await runWith({ ...environment("ADD"), CNI_CONTAINERID: id }, config(), isRatchet);
    await runWith({ ...environment("ADD"), CNI_CONTAINERID: "c3" }, config({ name: "other" }), isRatchet);
    const bodies: unknown[] = [];
    const { host, exitCode } = await runWith(environment("GC"), config(attachments), (fake) => {
      fake.agentAnswer = (path, body) => {
        bodies.push([path, body]);
        return { status: 200, body: {} };
      };
    });
    expect(exitCode).toBe(0);
    const validAttachments = attachments["cni.dev/valid-attachments"];
    expect(bodies).toEqual([["/v1/gc", { networkName: "net", validAttachments }]]);
    expect(host.executed.map((item) => item.config["cni.dev/valid-attachments"])).toEqual([
      validAttachments,
      validAttachments,
    ]);
    expect(readdirSync(join(folder, "state", "attachments")).sort()).toEqual(["c2.eth0.json", "c3.eth0.json"]);
  });

  test("with the agent silent is error 11, after the delegates ran", async () => {
    const { answer, host } = await runWith(environment("GC"), config(attachments));
    expect(answer.code).toBe(11);
    expect(host.executed).toHaveLength(2);
  });
});

test("records of Ratchet's pods stay bounded", async () => {
  const pods = join(folder, "state", "ratchet-pods");
  mkdirSync(pods, { recursive: true });
  for (let i = 0; i < 600; i++) writeFileSync(join(pods, `old-${i}`), "");
  await runWith(environment("ADD"), config(), isRatchet);
  await runWith(environment("DEL"), config(), isRatchet);
  const left = readdirSync(pods);
  expect(left).toContain("u1");
  expect(left.length).toBeLessThanOrEqual(440);
});
