import type { InspectParams, InspectResult } from "@ratchet/contracts";
import type { Sandbox, World } from "../world.js";
import { httpGet } from "./http.js";
import { ping } from "./ping.js";
import { probe } from "./probe.js";
import { type Call, type Methods, RpcError } from "./rpc.js";
import { sink, source } from "./throughput.js";
import { trace } from "./trace.js";

/** What this agent can be asked, on the pods it has. */
export function methodsOf(world: World, inspect: (params: InspectParams) => Promise<InspectResult>): Methods {
  return {
    ping: (params, call) => ping(sandboxFor(world, params.podUid, call).path, params, call),
    trace: (params, call) => trace(sandboxFor(world, params.podUid, call).path, params, call),
    probe: (params, call) => probe(sandboxFor(world, params.podUid, call).path, params, call),
    "exec.http": (params, call) => httpGet(sandboxFor(world, params.podUid, call).path, params, call),
    "throughput.sink": (params, call) => sink(sandboxFor(world, params.podUid, call).path, params, call),
    "throughput.source": (params, call) => source(sandboxFor(world, params.podUid, call).path, params, call),
    inspect,
  };
}

/** The pod's namespace, for a call that ends with it. */
function sandboxFor(world: World, podUid: string, call: Pick<Call<never>, "useOf">): Sandbox {
  const sandbox = world.readySandbox(podUid);
  if (sandbox === undefined) throw new RpcError("NotReady", "the pod has no network namespace on this node now");
  call.useOf(podUid);
  return sandbox;
}
