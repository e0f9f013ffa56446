import { Button } from "@mantine/core";
import { IconAlertTriangle, IconInfoCircle } from "@tabler/icons-react";
import { useTopology } from "../../state/topology-store.js";
import { ui } from "../../state/ui-store.js";
import { clockTime } from "../time.js";

/** What happened since the page was opened, newest first. */
export function EventsList() {
  const events = useTopology((state) => state.events);
  if (events.length === 0) {
    return (
      <p className="empty-note">
        Nothing has happened since this page was opened. Repairs, lost carriers and killed pods appear here.
      </p>
    );
  }
  return (
    <div className="events" role="log" aria-label="Events" data-testid="events">
      {events.map((event) => (
        <div
          className="log-row"
          key={event.id}
          style={{ gridTemplateColumns: "70px 18px 150px 1fr auto" }}
          data-testid="event"
          data-reason={event.reason}
        >
          <time className="soft num" dateTime={event.at}>
            {clockTime(event.at)}
          </time>
          {event.severity === "warning" ? (
            <IconAlertTriangle size={15} color="var(--degraded)" aria-label="warning" style={{ alignSelf: "center" }} />
          ) : (
            <IconInfoCircle size={15} color="var(--unknown)" aria-label="information" style={{ alignSelf: "center" }} />
          )}
          <span style={{ fontWeight: 550 }}>{event.reason}</span>
          <span>
            {event.message} {event.node && <span className="soft">on {event.node}</span>}
          </span>
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => ui.selectOne(`${event.about.kind.toLowerCase()}/${event.about.name}`)}
          >
            {event.about.name}
          </Button>
        </div>
      ))}
    </div>
  );
}
