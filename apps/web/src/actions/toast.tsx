import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

const UNDO_MS = 8_000;
const DONE_MS = 3_000;
let shown = 0;
let last: string | undefined;

/** What was done, with a way back where there is one. */
export function toastDone(text: string, takeBack?: { key: string; run: () => Promise<void> }): void {
  // One at a time: the last action is the one somebody wants back.
  if (last !== undefined) notifications.hide(last);
  const id = takeBack?.key ?? `done-${++shown}`;
  last = id;
  notifications.show({
    id,
    withBorder: true,
    autoClose: takeBack ? UNDO_MS : DONE_MS,
    color: "gray",
    "data-testid": "toast",
    message: (
      <Group justify="space-between" wrap="nowrap" gap="md">
        <Text size="sm">{text}</Text>
        {takeBack && (
          <Button
            size="compact-sm"
            style={{ flex: "none" }}
            variant="subtle"
            onClick={() => {
              notifications.hide(id);
              void takeBack.run();
            }}
            data-testid="toast-undo"
          >
            Undo
          </Button>
        )}
      </Group>
    ),
  });
}

/** A refusal that belongs to no single thing on the canvas. */
export function toastRefused(title: string, reason: string): void {
  notifications.show({
    title,
    message: reason,
    color: "red",
    withBorder: true,
    autoClose: UNDO_MS,
    "data-testid": "toast-refused",
  });
}

/** Takes an offer to undo away: it has been undone otherwise. */
export function hideToast(key: string): void {
  notifications.hide(key);
}
