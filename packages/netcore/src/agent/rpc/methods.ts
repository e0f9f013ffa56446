import type { World } from "../world.js";
import { ping } from "./ping.js";
import { type Methods, RpcError } from "./rpc.js";

/** What this agent can be asked, on the pods it has. */
export function methodsOf(world: World): Methods {
  return {
    ping: (params, call) => {
      const sandbox = world.readySandbox(params.podUid);
      if (sandbox === undefined) throw new RpcError("NotReady", "the pod has no network namespace on this node now");
      call.useOf(params.podUid);
      return ping(sandbox.path, params, call);
    },
  };
}
