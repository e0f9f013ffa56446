import { Button, Modal, PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { session, useSession } from "../state/session-store.js";

/** Asks for the operator's token where the server wants one. It is sent once and kept nowhere in the page. */
export function SignIn() {
  const phase = useSession((state) => state.phase);
  const queries = useQueryClient();
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  useEffect(() => void session.check(), []);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    const refusal = await session.signIn(token.trim());
    setIsBusy(false);
    setProblem(refusal);
    if (refusal !== undefined) return;
    setToken("");
    void queries.invalidateQueries();
  };

  return (
    <Modal
      opened={phase === "signed-out"}
      onClose={() => {}}
      title="Sign in"
      size="sm"
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
    >
      <form onSubmit={submit} data-testid="sign-in">
        <PasswordInput
          label="Operator token"
          description="The line in operator.token, which ratchetctl init made"
          value={token}
          error={problem}
          autoComplete="current-password"
          data-autofocus
          onChange={(event) => setToken(event.currentTarget.value)}
          data-testid="sign-in-token"
        />
        <Button type="submit" mt="md" fullWidth loading={isBusy} disabled={token.trim() === ""}>
          Sign in
        </Button>
      </form>
    </Modal>
  );
}
