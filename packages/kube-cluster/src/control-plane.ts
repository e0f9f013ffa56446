import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Certificates } from "./certificates.js";
import type { ControlGroup } from "./control-group.js";
import { Daemon } from "./daemon.js";
import type { Programs } from "./kube-programs.js";

export interface ControlPlaneSetup {
  programs: Programs;
  folder: string;
  group: ControlGroup;
  address: string;
  certificates: Certificates;
  tokenFile: string;
  /** The controllers' and the scheduler's. */
  kubeconfig: string;
  adminToken: string;
}

export type ControlPlane = Record<"etcd" | "kube-apiserver" | "kube-controller-manager" | "kube-scheduler", Daemon>;

/** The processes of the control plane, not started yet. They listen on the bridge's address alone. */
export function controlPlane(setup: ControlPlaneSetup): ControlPlane {
  const { programs, folder, group, address, certificates: pki, kubeconfig } = setup;
  const etcd = `https://${address}:2379`;
  const peer = `https://${address}:2380`;
  const tls = { ca: pki.ca, cert: pki.clientCert, key: pki.clientKey };
  const daemon = (name: keyof Programs, argv: string[], isReady: () => Promise<boolean>, isSupervised = false) =>
    new Daemon({
      name,
      argv: [programs[name], ...argv],
      groupFile: group.daemonsFile("control"),
      logFile: `${folder}/${name}.log`,
      isReady,
      isSupervised,
    });
  const always = async () => true;
  return {
    etcd: daemon(
      "etcd",
      [
        ...["--name=e0", `--data-dir=${folder}/etcd`, "--logger=zap"],
        ...[`--listen-client-urls=${etcd}`, `--advertise-client-urls=${etcd}`],
        ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=e0=${peer}`],
        ...[`--cert-file=${pki.serverCert}`, `--key-file=${pki.serverKey}`],
        ...[`--trusted-ca-file=${pki.ca}`, "--client-cert-auth"],
        ...[`--peer-cert-file=${pki.serverCert}`, `--peer-key-file=${pki.serverKey}`],
        ...[`--peer-trusted-ca-file=${pki.ca}`, "--peer-client-cert-auth"],
      ],
      () => answers(`${etcd}/health`, tls),
    ),
    "kube-apiserver": daemon(
      "kube-apiserver",
      [
        ...[`--etcd-servers=${etcd}`, `--etcd-cafile=${pki.ca}`],
        ...[`--etcd-certfile=${pki.clientCert}`, `--etcd-keyfile=${pki.clientKey}`],
        ...[`--bind-address=${address}`, `--advertise-address=${address}`, "--secure-port=6443"],
        ...[`--tls-cert-file=${pki.serverCert}`, `--tls-private-key-file=${pki.serverKey}`],
        ...[`--client-ca-file=${pki.ca}`, `--token-auth-file=${setup.tokenFile}`, "--authorization-mode=Node,RBAC"],
        ...["--disable-admission-plugins=ServiceAccount", "--allow-privileged"],
        ...["--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.0.0.0/24"],
        ...[`--service-account-key-file=${pki.accountPublic}`, `--service-account-signing-key-file=${pki.accountKey}`],
        ...[`--kubelet-client-certificate=${pki.clientCert}`, `--kubelet-client-key=${pki.clientKey}`],
        ...["--kubelet-preferred-address-types=InternalIP", "--endpoint-reconciler-type=none"],
        // On a machine that many share, limits by priority only make tests slow.
        "--enable-priority-and-fairness=false",
      ],
      () => answers(`https://${address}:6443/readyz`, { ca: pki.ca }, setup.adminToken),
    ),
    "kube-controller-manager": daemon(
      "kube-controller-manager",
      [
        ...[`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"],
        ...["--node-monitor-period=1s", "--node-monitor-grace-period=20s"],
        ...[`--service-account-private-key-file=${pki.accountKey}`, `--root-ca-file=${pki.ca}`],
      ],
      always,
    ),
    "kube-scheduler": daemon(
      "kube-scheduler",
      [`--kubeconfig=${kubeconfig}`, "--leader-elect=false", "--secure-port=0"],
      always,
      // It ends itself when a kube-apiserver that was killed takes back what it had shown.
      true,
    ),
  };
}

function answers(url: string, tls: { ca: string; cert?: string; key?: string }, token?: string): Promise<boolean> {
  const pems = Object.fromEntries(Object.entries(tls).map(([name, file]) => [name, readFileSync(file)]));
  return new Promise((resolve) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const asking = request(url, { ...pems, headers, timeout: 2_000, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on("timeout", () => asking.destroy());
    asking.on("error", () => resolve(false));
    asking.end();
  });
}
