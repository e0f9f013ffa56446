import { useTopology } from "../../state/topology-store.js";
import { clockTime } from "../time.js";
import { Section } from "./section.js";

const SHOWN = 6;

/** The last events about one thing. */
export function ThingEvents({ kind, name }: { kind: "Link" | "Pod" | "Node"; name: string }) {
  const all = useTopology((state) => state.events);
  const events = all.filter((event) => event.about.kind === kind && event.about.name === name).slice(0, SHOWN);
  if (events.length === 0) return null;
  return (
    <Section title="Last events">
      {events.map((event) => (
        <div className="log-row" key={event.id}>
          <time className="soft num" dateTime={event.at}>
            {clockTime(event.at)}
          </time>
          <span style={event.severity === "warning" ? { color: "var(--degraded)" } : {}}>{event.message}</span>
        </div>
      ))}
    </Section>
  );
}
