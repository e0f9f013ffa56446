import { Session } from "@ratchet/contracts";
import { create } from "zustand";

export interface SessionState {
  /** `unknown` until the server was asked; `open` where it wants no token. */
  phase: "unknown" | "open" | "signed-in" | "signed-out";
  /** Moves with every sign-in: what was asked for in vain before is asked for again. */
  generation: number;
}

export const useSession = create<SessionState>(() => ({ phase: "unknown", generation: 0 }));

const PATH = "/api/v1/session";
let checking: Promise<void> | undefined;

export const session = {
  /** Asks the server who it takes this browser for. A server that does not answer changes nothing. */
  check(): Promise<void> {
    checking ??= ask("GET")
      .then(take)
      .catch(() => {})
      .finally(() => {
        checking = undefined;
      });
    return checking;
  },

  /** Shows the token. Answers why it was not taken; undefined when it was. */
  async signIn(token: string): Promise<string | undefined> {
    try {
      const answer = await ask("POST", { token });
      if (answer === undefined) return "The server does not know this token";
      take(answer);
      useSession.setState(({ generation }) => ({ generation: generation + 1 }));
      return undefined;
    } catch {
      return "The server cannot be reached";
    }
  },

  /** Ends it, and leaves nothing of the network on the screen. */
  async signOut(): Promise<void> {
    await ask("DELETE").catch(() => undefined);
    window.location.reload();
  },
};

function take(answer: Session | undefined): void {
  if (answer === undefined) return;
  const phase = !answer.needsToken ? "open" : answer.isSignedIn ? "signed-in" : "signed-out";
  if (useSession.getState().phase !== phase) useSession.setState({ phase });
}

/** Undefined when the server refuses. */
async function ask(method: string, body?: object): Promise<Session | undefined> {
  const response = await fetch(PATH, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  return response.ok ? Session.parse(await response.json()) : undefined;
}
