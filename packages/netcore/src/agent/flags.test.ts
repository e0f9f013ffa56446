import { expect, test } from "vitest";
import { parseFlags } from "./flags.js";

const whole = [
  ...["--node", "left", "--vtep", "10.0.0.1", "--parent", "eth0", "--api", "unix:/run/api.sock", "--data", "/d"],
  ...["--installation", "lab1", "--panel", "ratchet-demo.left.panel", "--netns-prefix", "ratchet-demo.left"],
];

test("a whole command line becomes the configuration", () => {
  expect(parseFlags([...whole, "--label", "a=b", "--label", "c=d=e"], {})).toEqual({
    verb: "run",
    config: {
      node: "left",
      labels: { a: "b", c: "d=e" },
      vtepAddress: "10.0.0.1",
      parentInterface: "eth0",
      apis: ["unix:/run/api.sock"],
      apiCa: undefined,
      tokenFile: undefined,
      dataFolder: "/d",
      installationId: "lab1",
      panelName: "ratchet-demo.left.panel",
      netnsPrefix: "ratchet-demo.left",
      vxlanPort: 4789,
      labFile: undefined,
      allowsForeignSandboxes: false,
      eventBufferKib: 16_384,
      cniSocket: undefined,
      cniState: "/var/lib/ratchet/cni",
      kubeconfig: undefined,
      usesLabels: true,
      resyncSeconds: 30,
    },
  });
});

test("several APIs are tried in the order they are given", () => {
  const more = ["--api", "https://b:8443"];
  expect(parseFlags([...whole, ...more], {})).toMatchObject({
    config: { apis: ["unix:/run/api.sock", "https://b:8443"] },
  });
  const [before, after] = [whole.indexOf("--api"), whole.indexOf("--api") + 2];
  expect(
    parseFlags([...whole.slice(0, before), ...whole.slice(after)], { RATCHET_API: "https://a,https://b" }),
  ).toMatchObject({ config: { apis: ["https://a", "https://b"] } });
});

test("what flags leave open comes from the environment; flags win", () => {
  const env = { RATCHET_VXLAN_PORT: "4790", RATCHET_NODE: "right", RATCHET_LABEL: "x=1,y=2" };
  expect(parseFlags(whole, env)).toMatchObject({
    verb: "run",
    config: { node: "left", vxlanPort: 4790, labels: { x: "1", y: "2" } },
  });
});

test("every problem is reported at once, by name and never by value", () => {
  const result = parseFlags(
    ["--node", "Secret!", "--vxlan-port", "70000", "--api", "ftp://secret", "--label", "x"],
    {},
  );
  expect(result.verb).toBe("refuse");
  const text = result.verb === "refuse" ? result.problems.join("\n") : "";
  for (const flag of ["node", "vxlan-port", "api", "label", "vtep", "data", "installation", "panel"]) {
    expect(text).toContain(`--${flag}`);
  }
  expect(text).not.toMatch(/secret|70000/i);
});

test("clean-up needs to know only what to remove", () => {
  const flags = ["--data", "/d", "--installation", "lab1", "--panel", "p", "--netns-prefix", "x"];
  expect(parseFlags(["cleanup", ...flags], {}).verb).toBe("cleanup");
  expect(parseFlags(["--cleanup", ...flags], {}).verb).toBe("cleanup");
  expect(parseFlags(["destroy", ...whole], {}).verb).toBe("refuse");
});

test("without --parent the tunnels ride on the interface that has the tunnel address", () => {
  const flags = whole.filter((word, index) => word !== "--parent" && whole[index - 1] !== "--parent");
  expect(parseFlags(flags, {}, (address) => `of-${address}`)).toMatchObject({
    config: { parentInterface: "of-10.0.0.1" },
  });
  expect(parseFlags(flags, {}, () => undefined)).toEqual({
    verb: "refuse",
    problems: ["--parent is needed: no interface here has the address of --vtep"],
  });
  const onLoopback = flags.map((word) => (word === "10.0.0.1" ? "127.0.0.1" : word));
  expect(parseFlags(onLoopback, {})).toMatchObject({ config: { parentInterface: "lo" } });
});

test("a panel whose name a managed pod's namespace could have is refused: it would be removed as one", () => {
  const flags = (panel: string) => [...whole, "--panel", panel, "--netns-prefix", "ratchet"];
  for (const panel of ["ratchet.panel", "panel", "ratchet-left.panel.x"])
    expect(parseFlags(flags(panel), {}).verb).toBe("run");
  expect(parseFlags(flags("ratchet.left.panel"), {})).toEqual({
    verb: "refuse",
    problems: [expect.stringContaining("--panel must not have the form")],
  });
});

test("making the panel needs to know its name alone", () => {
  expect(parseFlags(["panel", "--panel", "p"], {})).toMatchObject({ verb: "panel", config: { panelName: "p" } });
  expect(parseFlags(["panel"], {})).toEqual({ verb: "refuse", problems: ["--panel is needed"] });
  expect(parseFlags(["panel", "cleanup", ...whole], {}).verb).toBe("refuse");
});

test("help and version ask for nothing else", () => {
  expect(parseFlags(["--help"], {}).verb).toBe("help");
  expect(parseFlags(["--version"], {}).verb).toBe("version");
});

test("a token goes over TLS, or to this machine", () => {
  const files = ["--token-file", "/t", "--api-ca", "/ca"];
  for (const api of ["https://api.example:8443", "http://127.0.0.1:8080", "unix:/run/api.sock"]) {
    expect(parseFlags([...whole, "--api", api, ...files], {})).toMatchObject({
      verb: "run",
      config: { apiCa: "/ca", tokenFile: "/t" },
    });
  }
  for (const api of ["http://api.example:8080", "http://127.0.0.1.evil"]) {
    const result = parseFlags([...whole, "--api", api, ...files], {});
    expect(result).toEqual({
      verb: "refuse",
      problems: [expect.stringContaining("--token-file needs --api with https")],
    });
  }
});
