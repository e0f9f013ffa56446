import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiStandIn, delta, snapshot, tunnel } from "./api-stand-in.js";

const LINKS = "/api/v1/namespaces/default/links";
let api: ApiStandIn;

beforeEach(async () => {
  api = await ApiStandIn.start();
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
});

describe("wrong usage", () => {
  it.each([
    [["mend"], "unknown command mend"],
    [["--server", "http://127.0.0.1:1/api", "get", "pods"], "must be without a path"],
    [["get", "networks"], "unknown kind networks"],
  ])("%j exits with 2 and says what is wrong", async (argv, text) => {
    const { code, stderr } = await api.ctl(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });

  it("names a folder that was given as a file", async () => {
    const { code, stderr } = await api.ctl(["apply", "-f", api.folder]);
    expect([code, stderr]).toEqual([1, `cannot read ${api.folder}: it is a folder; name its files one by one\n`]);
  });
});

describe("a refusal", () => {
  it("prints detail and fields on stderr and exits with 1", async () => {
    api.answer(
      `POST ${LINKS}/mid/reroute`,
      {
        type: "t",
        title: "t",
        status: 422,
        code: "Invalid",
        detail: "the request is not valid",
        errors: [{ field: "to.interface", message: "must be at most 15 bytes" }],
      },
      422,
    );
    const result = await api.ctl(["reroute", "mid", "--end", "0", "--to", "a/interface-too-long"]);
    expect(result).toEqual({
      code: 1,
      stdout: "",
      stderr: "Invalid: the request is not valid\n  to.interface must be at most 15 bytes\n",
    });
  });

  it("says where nobody listens", async () => {
    const { code, stderr } = await api.ctl(["--server", "http://127.0.0.1:1", "get", "links"]);
    expect(code).toBe(1);
    expect(stderr).toContain("cannot reach the API at http://127.0.0.1:1");
  });

  it("is told apart from wrong usage, which exits with 2 and asks nothing", async () => {
    for (const argv of [
      [],
      ["frobnicate"],
      ["get"],
      ["get", "frogs"],
      ["get", "links", "--bogus"],
      ["reroute", "mid", "--end", "2", "--to", "a/b"],
      ["reroute", "mid", "--end", "1", "--to", "a"],
      ["apply"],
      ["delete", "nodes", "left"],
      ["exec", "a"],
      ["cut", "mid", "--timeout", "soon"],
      ["--server", "nonsense", "get", "links"],
    ]) {
      expect((await api.ctl(argv)).code, argv.join(" ")).toBe(2);
    }
    expect(api.received).toEqual([]);
  });
});

describe("several servers", () => {
  it("goes on at the next when one cannot be reached, reads and writes", async () => {
    await using dead = await ApiStandIn.start();
    const gone = dead.url;
    await dead[Symbol.asyncDispose]();
    api.answer(`GET ${LINKS}/mid`, tunnel("Up"));
    api.answer(`DELETE ${LINKS}/mid`, tunnel("Up"));
    for (const servers of [
      ["--server", gone, "--server", api.url],
      ["--server", `${gone},${api.url}`],
    ]) {
      expect((await api.ctl([...servers, "get", "link", "mid", "--json"])).code).toBe(0);
      expect((await api.ctl([...servers, "delete", "link", "mid"])).code).toBe(0);
    }
    const { code, stderr } = await api.ctl(["--server", `${gone},unix:/nowhere.sock`, "get", "links"]);
    expect(code).toBe(1);
    expect(stderr).toContain(gone);
    expect(stderr).toContain("unix:/nowhere.sock");
  });

  it("does not send twice what may have been done", async () => {
    await using dying = await ApiStandIn.start();
    dying.hangUpOn = `DELETE ${LINKS}/mid`;
    api.answer(`DELETE ${LINKS}/mid`, tunnel("Up"));
    const { code, stderr } = await api.ctl(["--server", `${dying.url},${api.url}`, "delete", "link", "mid"]);
    expect([code, api.received]).toEqual([1, []]);
    expect(stderr).toContain("may have been done");
  });

  it("watches at the next, from the revision it had", async () => {
    await using second = await ApiStandIn.start();
    const interrupt = new AbortController();
    api.onStream = (socket) => {
      socket.send(snapshot(tunnel("Up")));
      setTimeout(() => socket.terminate(), 50);
    };
    second.onStream = (socket) => {
      socket.send(delta(9, tunnel("Down")));
      setTimeout(() => interrupt.abort(), 50);
    };
    const argv = ["--server", `${api.url},${second.url}`, "watch"];
    const { code, stdout } = await api.ctl(argv, { interrupt: interrupt.signal });
    expect(code).toBe(0);
    expect(stdout).toContain("Down");
    expect(second.streams[0]?.url).toContain("since=7");
    expect(second.streams[0]?.url).toContain("store=s1");
  });
});
