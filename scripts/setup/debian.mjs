import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { runQuietly } from "./child.mjs";
import { SetupError, say } from "./say.mjs";

/** Programs of the system that we start: where they come from on Debian, and what for. */
const LAB = [
  { package: "iproute2", needs: ["ip", "tc"], why: "makes the lab's namespaces" },
  { package: "util-linux", needs: ["nsenter", "unshare", "setpriv"], why: "starts programs inside namespaces" },
  { package: "iputils-ping", needs: ["ping"], why: "proves that a wire carries" },
];
const ETCD = { package: "etcd-server", needs: ["etcd"], why: "keeps intents as in production" };
const DATABASE = {
  package: "postgresql",
  needs: ["pg_lsclusters", "psql"],
  why: "keeps the history as in production",
};
const KUBERNETES = [
  ETCD,
  DATABASE,
  { package: "containerd", needs: ["containerd", "ctr"], why: "runs pods in a real cluster" },
  { package: "runc", needs: ["runc"], why: "runs their containers" },
  {
    package: "containernetworking-plugins",
    needs: ["/usr/lib/cni/ptp"],
    why: "delegates of the CNI plugin, and its measure",
  },
  { package: "busybox-static", needs: ["busybox"], why: "makes their image" },
  { package: "docker.io", needs: ["/usr/sbin/dockerd", "docker"], why: "runs docker-compose.yml" },
  { package: "docker-compose", needs: ["docker-compose"], why: "runs docker-compose.yml" },
  { package: "etcd-client", needs: ["etcdctl"], why: "goes into the image etcd" },
  { package: "haproxy", needs: ["haproxy"], why: "goes into the image front" },
  { package: "openssl", needs: ["openssl"], why: "makes the cluster's certificates" },
];
const IMAGES = [
  { package: "etcd-server", needs: ["etcd"], why: "goes into the image etcd" },
  { package: "etcd-client", needs: ["etcdctl"], why: "goes into the image etcd" },
  { package: "postgresql-15", needs: ["/usr/lib/postgresql/15/bin/postgres"], why: "goes into the image postgres" },
  { package: "busybox-static", needs: ["busybox"], why: "goes into the image postgres" },
  { package: "haproxy", needs: ["haproxy"], why: "goes into the image front" },
];
const TESTS = [
  ...LAB,
  ...KUBERNETES,
  { package: "procps", needs: ["sysctl", "ps"], why: "reads what a test changed" },
  { package: "chromium", needs: ["chromium"], why: "tests the page in a real browser" },
  { package: "frr", needs: ["/usr/lib/frr/zebra", "/usr/lib/frr/ospfd"], why: "runs OSPF in the cloud router" },
  { package: "iperf3", needs: ["iperf3"], why: "pushes traffic through a wire" },
  {
    package: "qemu-system-x86",
    needs: ["qemu-system-x86_64"],
    why: "runs Debian's kernel, which has netem",
  },
  { package: "tcpdump", needs: ["tcpdump"], why: "looks at frames on a wire" },
];

const SYSTEM_PATH = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** Makes sure that what the lab starts is there. */
export const needLabPrograms = () => needPrograms(LAB, "the lab");

/** Makes sure that the lab can keep its intents in etcd. */
export const needEtcd = () => needPrograms([ETCD], "the lab with etcd");

/** Makes sure that PostgreSQL can keep the history. */
export const needDatabase = () => needPrograms([DATABASE], "the history in PostgreSQL");

/** Makes sure that what a real cluster is made of is there, besides Kubernetes' own programs. */
export const needKubePrograms = () => needPrograms(KUBERNETES, "a real cluster");

/** Makes sure that what goes into the images that are not ours is there. */
export const needImagePrograms = () => needPrograms(IMAGES, "the images");

/** Makes sure that what the tests start is there. */
export const needTestPrograms = () => needPrograms(TESTS, "the tests");

async function needPrograms(list, who) {
  const missing = list.filter(({ needs }) => !needs.every(isThere));
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.package);
  const reasons = missing.map((entry) => `    ${entry.package.padEnd(14)} ${entry.why}`).join("\n");
  const command = `apt-get install --no-install-recommends ${names.join(" ")}`;
  if (process.getuid() !== 0 || !isThere("apt-get")) {
    throw new SetupError(`${who} need programs that are not here:\n${reasons}`, `As root: ${command}`);
  }
  say(`installing Debian packages for ${who}:\n${reasons}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends", ...names];
  try {
    await runQuietly(command, "apt-get", install, { env });
  } catch {
    // A fresh machine has no package lists, and old lists name versions that are gone.
    await runQuietly("apt-get update", "apt-get", ["-o", "DPkg::Lock::Timeout=300", "update"], { env });
    await runQuietly(command, "apt-get", install, { env });
  }
  const still = list.flatMap(({ needs }) => needs).filter((need) => !isThere(need));
  if (still.length > 0) throw new SetupError(`${still.join(", ")} still missing after: ${command}`);
}

function isThere(program) {
  if (program.startsWith("/")) return existsSync(program);
  const path = [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM_PATH];
  return path.some((dir) => dir !== "" && existsSync(join(dir, program)));
}
