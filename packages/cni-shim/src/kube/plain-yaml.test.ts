import { expect, test } from "vitest";
import { parsePlainYaml } from "./plain-yaml.js";

test("reads what kubectl config writes", () => {
  const text = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: TUlJQw==
    server: https://10.0.0.1:6443
  name: kubernetes
contexts:
- context:
    cluster: kubernetes
    user: "system:node:left"
  name: system:node:left@kubernetes
current-context: system:node:left@kubernetes
kind: Config
preferences: {}
users:
  # two spaces, as other tools indent
  - name: 'system:node:left'
    user:
      client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem # rotated
      client-key: /var/lib/kubelet/pki/kubelet-client-current.pem
`;
  expect(parsePlainYaml(text)).toEqual({
    apiVersion: "v1",
    clusters: [
      {
        cluster: { "certificate-authority-data": "TUlJQw==", server: "https://10.0.0.1:6443" },
        name: "kubernetes",
      },
    ],
    contexts: [{ context: { cluster: "kubernetes", user: "system:node:left" }, name: "system:node:left@kubernetes" }],
    "current-context": "system:node:left@kubernetes",
    kind: "Config",
    preferences: {},
    users: [
      {
        name: "system:node:left",
        user: {
          "client-certificate": "/var/lib/kubelet/pki/kubelet-client-current.pem",
          "client-key": "/var/lib/kubelet/pki/kubelet-client-current.pem",
        },
      },
    ],
  });
});

test.each([
  ["an anchor", "a: &x 1", 1],
  ["an alias", "a: *x", 1],
  ["a flow mapping", "a: {b: c}", 1],
  ["a flow list", "a: [b]", 1],
  ["a block scalar", "a: |\n  text", 1],
  ["a tab", "a:\n\tb: c", 2],
  ["a key twice", "a: 1\na: 2", 2],
  ["a second document", "a: 1\n---\nb: 2", 2],
  ["lines that hang lower", "a:\n    b: 1\n  c: 2", 3],
  ["text alone among keys", "a: 1\nnonsense", 2],
  ["a list in a list's line", "- - a", 1],
  ["a tag", "a: !!str 1", 1],
])("refuses %s, naming the line", (_, text, line) => {
  expect(() => parsePlainYaml(text)).toThrow(`line ${line} `);
});

test("gives nothing a prototype", () => {
  const parsed = parsePlainYaml("__proto__:\n  polluted: true\n") as Record<string, unknown>;
  expect(Object.keys(parsed)).toEqual(["__proto__"]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
