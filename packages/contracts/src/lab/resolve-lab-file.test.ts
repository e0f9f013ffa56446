import { describe, expect, it } from "vitest";
import { LabFile } from "./lab-file.js";
import { resolveLabFile } from "./resolve-lab-file.js";

const file = LabFile.parse({
  pods: {
    router: {
      sysctls: { "net.ipv4.ip_forward": 1 },
      loopback: ["2.2.2.2/32"],
      routing: {
        frr: { programs: [{ name: "zebra", argv: ["/usr/lib/frr/zebra", "-f", "{dir}/zebra.conf"] }] },
        static: { routes: [{ interface: "mid1", to: "192.168.4.0/24", via: "192.168.3.101" }] },
      },
    },
    "blue/host": {},
  },
});

describe("resolveLabFile", () => {
  it("keeps what every routing shares and adds what the chosen one brings", () => {
    const frr = resolveLabFile(file, "frr").pods["default/router"];
    expect(frr?.sysctls).toEqual({ "net.ipv4.ip_forward": "1" });
    expect(frr?.programs.map((program) => program.name)).toEqual(["zebra"]);
    expect(frr?.routes).toEqual([]);

    const fixed = resolveLabFile(file, "static").pods["default/router"];
    expect(fixed?.programs).toEqual([]);
    expect(fixed?.routes).toEqual([{ interface: "mid1", to: "192.168.4.0/24", via: "192.168.3.101" }]);
  });

  it("puts a pod without a namespace into `default`", () => {
    expect(Object.keys(resolveLabFile(file, "frr").pods).sort()).toEqual(["blue/host", "default/router"]);
  });
});

describe("LabFile", () => {
  it("refuses a file outside the program's folder", () => {
    for (const path of ["/etc/passwd", "../x", "a/../x", "..", "a//b", ""]) {
      const program = { name: "x", argv: ["/bin/true"], files: { [path]: "" } };
      expect(LabFile.safeParse({ pods: { p: { programs: [program] } } }).success, path).toBe(false);
    }
  });

  it("refuses a sysctl of the host", () => {
    expect(LabFile.safeParse({ pods: { p: { sysctls: { "kernel.hostname": "x" } } } }).success).toBe(false);
  });
});
