import { LabImage } from "@ratchet/contracts";
import { expect, test } from "vitest";
import { kubePod, startScript } from "./kube-pod.js";
import { kubePods } from "./kube-pods.js";

test("a pod keeps its name, labels and node selector, and gets a container that needs nothing pulled", () => {
  const labels = { ratchet: "true", "ratchet.pod_name": "a" };
  const lab = LabImage.parse({ sysctls: { "net.ipv4.ip_forward": "1" } });
  expect(
    kubePod({ metadata: { name: "a", labels }, spec: { nodeSelector: { ratchetside: "left" } } }, lab, "box:1"),
  ).toMatchObject({
    metadata: { name: "a", labels },
    spec: {
      nodeSelector: { ratchetside: "left" },
      securityContext: { sysctls: [{ name: "net.ipv4.ip_forward", value: "1" }] },
      containers: [{ image: "box:1", imagePullPolicy: "Never" }],
    },
  });
});

test("words of the lab file reach the shell as they are, and files whatever they hold", () => {
  const content = "it's {dir}\n$HOME `id`\n";
  const script = startScript(
    LabImage.parse({
      loopback: ["1.1.1.1/32"],
      programs: [{ name: "p", argv: ["sh", "{dir}/p.sh", "it's"], files: { "p.sh": content } }],
    }),
  );
  expect(script).toContain("ip address add '1.1.1.1/32' dev lo");
  expect(script).toContain("(exec 'sh' '/run/ratchet/p.sh' 'it'\\''s') &");
  expect(script).toContain(
    `echo ${Buffer.from("it's /run/ratchet\n$HOME `id`\n").toString("base64")} | base64 -d > 'p.sh'`,
  );
});

test("the labelled cloud router becomes four pods for a cluster, its routers with FRR inside", () => {
  const pods = kubePods("cloud-router/pods.yaml", "box:1", "frr") as {
    metadata: { name: string; labels: Record<string, string> };
    spec: { containers: { command: string[] }[] };
  }[];
  expect(pods.map((pod) => pod.metadata.name)).toEqual(["centosa", "quagga-a", "quagga-b", "centosb"]);
  for (const pod of pods) {
    expect(pod.metadata.labels.ratchet).toBe("true");
    expect(pod.spec.containers[0]?.command[2]?.includes("zebra")).toBe(pod.metadata.name.startsWith("quagga"));
  }
});
