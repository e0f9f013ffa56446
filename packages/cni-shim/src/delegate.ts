import { CNI_ERROR } from "@ratchet/contracts/cni-names";
import { type Command, pluginFolders } from "./config/environment.js";
import { type DelegateConfig, isObject, type JsonObject, type NodeConfig } from "./config/node-config.js";
import { CniError } from "./error.js";
import { type Deadline, deadlineError } from "./host/deadline.js";
import type { Host } from "./host/host.js";
import { convertResult } from "./result/result.js";

/**
 * Runs another plugin with our environment and its own configuration; returns what it printed, as JSON.
 *
 * CNI SPEC 1.1, section 4, "Plugin Delegation". Its error passes through with its code and text.
 */
export async function runDelegate(
  host: Host,
  command: Command,
  delegate: DelegateConfig,
  config: NodeConfig,
  deadline: Deadline,
): Promise<JsonObject | undefined> {
  const path = await findPlugin(host, delegate.type);
  const env = { ...host.env, CNI_COMMAND: command };
  const stdin = JSON.stringify(delegateStdin(command, delegate, config));
  const { stdout, exitCode, isTimedOut } = await host
    .exec({ path, env, stdin, timeoutMs: deadline.left() })
    .catch((error: unknown) => {
      throw new CniError(CNI_ERROR.io, `cannot start the plugin ${delegate.type}`, String(error));
    });
  if (isTimedOut) throw deadlineError(`the plugin ${delegate.type}`);
  const answer = parseObject(stdout);
  if (exitCode === 0) return answer;
  if (answer !== undefined && typeof answer.code === "number" && typeof answer.msg === "string") {
    throw new CniError(answer.code, answer.msg, typeof answer.details === "string" ? answer.details : "");
  }
  throw new CniError(
    CNI_ERROR.internal,
    `the plugin ${delegate.type} ended with ${exitCode}`,
    "what it said is in the runtime's log",
  );
}

function delegateStdin(command: Command, delegate: DelegateConfig, config: NodeConfig): JsonObject {
  const { prevResult, validAttachments, runtimeConfig } = config;
  // In an ADD there is nobody before a delegate.
  const isAfterAdd = command === "DEL" || command === "CHECK";
  return {
    name: config.name,
    ...(runtimeConfig === undefined ? {} : { runtimeConfig }),
    ...delegate.raw,
    cniVersion: delegate.cniVersion,
    ...(isAfterAdd && prevResult !== undefined
      ? { prevResult: convertResult(prevResult, delegate.cniVersion, "prevResult") }
      : {}),
    ...(command === "GC" && validAttachments !== undefined ? { "cni.dev/valid-attachments": validAttachments } : {}),
  };
}

async function findPlugin(host: Host, type: string): Promise<string> {
  const folders = pluginFolders(host.env);
  for (const folder of folders) if (await host.files.exists(`${folder}/${type}`)) return `${folder}/${type}`;
  throw new CniError(
    CNI_ERROR.invalidConfig,
    `the plugin ${type} is not in CNI_PATH`,
    `put it into one of ${folders.join(", ")}, or name another one in the configuration`,
  );
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
