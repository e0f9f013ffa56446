import { z } from "zod";
import { InterfaceAddress, InterfaceName, IpAddress, Name, RouteDestination } from "../net/fields.js";
import { Sysctls } from "../resources/pod.js";

/** A command and its arguments, as a list or as one text cut at white space; run as they stand, never through a shell. */
const Argv = z.union([
  z.array(z.string()).min(1),
  z
    .string()
    .regex(/\S/, { error: "must be a command" })
    .transform((text) => text.trim().split(/\s+/)),
]);

/** A file below the program's private folder. */
const FilePath = z.string().regex(/^(?!\.\.?(\/|$))[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/, {
  error: "must be a path below the program's folder",
});

/**
 * A program that runs inside a managed pod as long as the pod does.
 *
 * `{dir}` in `argv` and in file contents is the pod's private folder, where `files`
 * are written before the start and which goes with the pod.
 */
export const LabProgram = z.strictObject({
  name: Name,
  argv: Argv,
  files: z.record(FilePath, z.string()).default({}),
});
export type LabProgram = z.output<typeof LabProgram>;

/** A route over an interface of the pod, set whenever that interface is there. */
export const LabRoute = z.strictObject({ interface: InterfaceName, to: RouteDestination, via: IpAddress.optional() });
export type LabRoute = z.output<typeof LabRoute>;

/** What the container image of one pod would do in a cluster. */
export const LabImage = z.strictObject({
  sysctls: Sysctls.default({}),
  loopback: z.array(InterfaceAddress).default([]),
  routes: z.array(LabRoute).default([]),
  /** Run once inside a new namespace, in order, before the programs. */
  setup: z.array(Argv).default([]),
  programs: z.array(LabProgram).default([]),
});
export type LabImage = z.output<typeof LabImage>;

/** What an agent's `--lab-file` holds (JSON): by `namespace/name` of the managed pod. */
export const LabImages = z.strictObject({ pods: z.record(z.string(), LabImage) });
export type LabImages = z.output<typeof LabImages>;
