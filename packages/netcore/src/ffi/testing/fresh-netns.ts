import { execFileSync } from "node:child_process";
import { afterEach } from "vitest";
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
  afterEach(() => {
    for (const name of names.splice(0)) deleteNamedNetns(name);
  });
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
