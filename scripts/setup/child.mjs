import { spawn } from "node:child_process";
import { constants } from "node:os";
import { SetupError } from "./say.mjs";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs a command with our terminal; signals reach it, and its exit code comes back (128+N when a signal ended it). */
export function runThrough(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    const done = () => {
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    child.on("error", (error) => {
      done();
      reject(new SetupError(`cannot start ${command}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      done();
      resolve(signal === null ? code : 128 + constants.signals[signal]);
    });
  });
}

/** Runs a step of the set-up quietly; what it printed is shown when it fails. */
export function runQuietly(what, command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const forward = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    const done = (error) => {
      for (const signal of SIGNALS) process.off(signal, forward);
      if (error === undefined) resolve(output);
      else reject(error);
    };
    child.on("error", (error) => done(new SetupError(`${what}: cannot start ${command}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return done();
      const how = signal === null ? `exit code ${code}` : signal;
      done(new SetupError(`${what} failed (${how}):\n${output.trimEnd()}`));
    });
  });
}
