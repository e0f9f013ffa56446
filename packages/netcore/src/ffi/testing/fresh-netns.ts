import { execFileSync } from "node:child_process";
import { afterAll, afterEach } from "vitest";
import { createNamedNetns, deleteNamedNetns } from "../named-netns.js";

let made = 0;

export interface FreshNetns {
  name: string;
  path: string;
  /** What `ip -j ...` prints inside. */
  ip(...args: string[]): unknown;
  /** What `tc -j ...` prints inside. */
  tc(...args: string[]): unknown;
  /** The output of any program inside. */
  run(command: string, ...args: string[]): string;
}

/** Gives each test namespaces of its own, gone after it however it ends. */
export function useFreshNetns(): (label?: string) => FreshNetns {
  const names: string[] = [];
  const removeAll = () => {
    for (const name of names.splice(0)) deleteNamedNetns(name);
  };
  afterEach(removeAll);
  // A hook of the test that throws keeps the earlier ones from running.
  afterAll(removeAll);
  return (label = "ns") => {
    const name = `rt-${process.pid}-${++made}-${label}`;
    const path = createNamedNetns(name);
    names.push(name);
    const run = (command: string, ...args: string[]) =>
      execFileSync("nsenter", [`--net=${path}`, command, ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    const json = (text: string): unknown => (text.trim() === "" ? [] : JSON.parse(text));
    return {
      name,
      path,
      run,
      ip: (...args) => json(run("ip", "-j", ...args)),
      tc: (...args) => json(run("tc", "-j", ...args)),
    };
  };
}
