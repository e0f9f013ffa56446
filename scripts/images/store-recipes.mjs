import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ImagesError } from "./images-error.mjs";
import { skeleton } from "./parts.mjs";

/** Whom each runs as; `ratchetctl init compose` gives the files of each to the same. */
const USERS = { etcd: 65533, postgres: 65534, front: 65535 };
const POSTGRES = "/usr/lib/postgresql";

/** What docker-compose.yml needs beside ours: Debian's programs, as they are on this machine. */
export const STORE_RECIPES = {
  etcd: {
    title: "etcd, as Debian builds it",
    layers: () => [etcdLayer()],
    config: {
      ...runAs("etcd"),
      Entrypoint: ["/usr/bin/etcd"],
      Env: ["ETCDCTL_API=3"],
      Volumes: { "/var/lib/etcd": {} },
    },
  },
  postgres: {
    title: "PostgreSQL, as Debian builds it",
    layers: () => [postgresLayer()],
    config: {
      ...runAs("postgres"),
      Entrypoint: ["/bin/sh", "/entrypoint.sh"],
      Env: [`PATH=${join(POSTGRES, postgresVersion() ?? "15", "bin")}:/bin`, "LANG=C.UTF-8"],
      Volumes: { "/var/lib/postgresql": {} },
      StopSignal: "SIGINT",
    },
  },
  front: {
    title: "HAProxy, as Debian builds it",
    layers: () => [frontLayer()],
    config: {
      ...runAs("front"),
      Entrypoint: ["/usr/sbin/haproxy", "-W", "-db", "-f", "/etc/haproxy/haproxy.cfg"],
      StopSignal: "SIGUSR1",
    },
  },
};

function runAs(name) {
  return { User: `${USERS[name]}:${USERS[name]}`, WorkingDir: "/" };
}

function rootOf(name) {
  const uid = USERS[name];
  return skeleton()
    .file("/etc/passwd", `root:x:0:0:root:/root:/sbin/nologin\n${name}:x:${uid}:${uid}:${name}:/:/sbin/nologin\n`)
    .file("/etc/group", `root:x:0:\n${name}:x:${uid}:\n`);
}

function need(...programs) {
  const missing = programs.find((program) => program === undefined || !existsSync(program));
  if (programs.some((program) => program === undefined || !existsSync(program)))
    throw new ImagesError(`this machine lacks ${missing ?? "PostgreSQL"}, which goes into the image`);
}

async function etcdLayer() {
  need("/usr/bin/etcd", "/usr/bin/etcdctl");
  const root = rootOf("etcd").folder("/var/lib/etcd", { mode: 0o700, uid: USERS.etcd });
  await root.program("/usr/bin/etcd");
  return root.program("/usr/bin/etcdctl");
}

async function frontLayer() {
  need("/usr/sbin/haproxy");
  return rootOf("front").program("/usr/sbin/haproxy");
}

function postgresVersion() {
  if (!existsSync(POSTGRES)) return undefined;
  return readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a))[0];
}

async function postgresLayer() {
  const version = postgresVersion();
  need(version === undefined ? undefined : join(POSTGRES, version, "bin/postgres"), "/bin/busybox");
  const [bin, lib] = [join(POSTGRES, version, "bin"), join(POSTGRES, version, "lib")];
  const root = rootOf("postgres").folder("/var/lib/postgresql", { mode: 0o700, uid: USERS.postgres });
  for (const name of ["postgres", "initdb", "pg_isready", "psql", "pg_dump", "pg_restore"]) {
    await root.program(join(bin, name));
  }
  for (const name of readdirSync(lib)) {
    // Compiling queries needs LLVM, which is larger than all the rest.
    if (!name.endsWith(".so") || name.startsWith("llvmjit")) continue;
    root.copy(join(lib, name));
    await root.libraries(join(lib, name));
  }
  for (const folder of [join("/usr/share/postgresql", version), "/usr/share/zoneinfo", "/usr/lib/locale/C.utf8"]) {
    root.copy(folder);
  }
  await root.program("/bin/busybox");
  for (const applet of ["sh", "mv", "rm", "echo"]) root.link(`/bin/${applet}`, "busybox");
  return root.file("/entrypoint.sh", ENTRYPOINT, 0o755);
}

const ENTRYPOINT = `#!/bin/sh
# Makes the database at the first start, whole or not at all, and runs it.
set -eu
data=/var/lib/postgresql/data
if [ ! -s "$data/PG_VERSION" ]; then
  rm -rf "$data.new"
  initdb --pgdata="$data.new" --username=ratchet --pwfile="\${POSTGRES_PASSWORD_FILE:?names the file with the password}" \\
    --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  echo 'host all all all scram-sha-256' >> "$data.new/pg_hba.conf"
  echo 'CREATE DATABASE ratchet;' | postgres --single -D "$data.new" postgres
  mv "$data.new" "$data"
fi
exec postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/run/postgresql
`;
