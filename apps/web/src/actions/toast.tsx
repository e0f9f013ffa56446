import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

const UNDO_MS = 8_000;
const DONE_MS = 3_000;
let shown = 0;

/** What was done, with a way back where there is one. */
export function toastDone(text: string, takeBack?: () => Promise<void>): void {
  const id = `done-${++shown}`;
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
            variant="subtle"
            onClick={() => {
              notifications.hide(id);
              void takeBack();
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
