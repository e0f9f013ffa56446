import type { StreamFrame, StreamItem } from "@ratchet/contracts";
import { actorName } from "../state/actor.js";
import { forgetRun, hearRun } from "../state/runs-store.js";
import { session } from "../state/session-store.js";
import { hearTelemetry } from "../state/telemetry-store.js";
import { type ActorNote, EVENTS_KEPT, useTopology } from "../state/topology-store.js";
import { followStream, type Stream } from "./connection.js";
import { applyDeltas, applySnapshot, EMPTY_STREAM, type StreamState } from "./reducer.js";

const NOTE_MS = 3_500;
/** Of one change: a partition of a thousand wires needs no thousand names. */
const NOTES_MAX = 12;

/** Follows one namespace into the topology store. Returns how to stop. */
export function followTopology(namespace: string): Stream {
  useTopology.setState({
    namespace,
    phase: "connecting",
    staleSince: null,
    stream: EMPTY_STREAM,
    events: [],
    layout: { positions: {} },
    notes: [],
  });
  return followStream(namespace, {
    onWord: (at) => useTopology.setState({ lastWordAt: at }),
    onSilence: () => {
      // A refused upgrade tells a script nothing: ask whether it was for want of a token.
      void session.check();
      const { stream } = useTopology.getState();
      if (useTopology.getState().phase === "connecting" && stream.storeId === null) return;
      // The next server counts its deltas from another number.
      useTopology.setState({ phase: "silent", stream: { ...stream, sequence: 0 } });
    },
    resumePoint: () => {
      const { storeId, revision } = useTopology.getState().stream;
      return storeId === null ? undefined : { storeId, revision };
    },
    onFrames: (frames) => {
      useTopology.setState((state) => reduce(state, frames, namespace));
      for (const frame of frames) {
        if (frame.type === "telemetry") hearTelemetry(frame, Date.now());
        else if (frame.type === "run" && frame.run.metadata.namespace === namespace) hearRun(frame.run);
        else if (frame.type === "run-deleted" && frame.namespace === namespace) forgetRun(frame.name);
      }
    },
  });
}

type Delta = Extract<StreamFrame, { type: "delta" }>;
type TopologyState = ReturnType<typeof useTopology.getState>;

/** All frames of one batch become one state, so that they are drawn once. */
function reduce(state: TopologyState, frames: StreamFrame[], namespace: string): Partial<TopologyState> {
  let { stream, layout, phase, staleSince, clockSkewMs } = state;
  const events = [...state.events];
  const now = Date.now();
  let deltas: Delta[] = [];
  const settle = () => {
    stream = applyDeltas(stream, deltas, namespace);
    deltas = [];
  };
  const notes = new Map(state.notes.filter((note) => now - note.at < NOTE_MS).map((note) => [note.id, note]));
  for (const frame of frames) {
    switch (frame.type) {
      case "snapshot":
        deltas = [];
        stream = applySnapshot(frame, namespace);
        phase = "live";
        break;
      case "delta":
        deltas.push(frame);
        phase = "live";
        for (const note of notesOf(frame, state.stream, now)) notes.set(note.id, note);
        break;
      case "heartbeat":
        // A resumed stream with nothing new begins with this.
        if (stream.storeId !== null) phase = "live";
        staleSince = frame.staleSince ?? null;
        clockSkewMs = skew(clockSkewMs, Date.parse(frame.at) - now);
        break;
      case "event":
        if (frame.event.about.namespace === null || frame.event.about.namespace === namespace)
          events.unshift(frame.event);
        break;
      case "layout":
        if (frame.namespace === namespace) layout = frame.layout;
        break;
    }
  }
  settle();
  return {
    stream,
    layout,
    phase,
    staleSince,
    clockSkewMs,
    events: events.slice(0, EVENTS_KEPT),
    notes: [...notes.values()],
  };
}

/** Jitter of the network is no reason to set the clock. */
const SKEW_SLACK_MS = 300;

function skew(before: number, sample: number): number {
  return Math.abs(sample - before) > SKEW_SLACK_MS ? sample : before;
}

/** Who did what, where: on what was changed itself, and for a fault on the wires it strikes. */
function notesOf(frame: Delta, before: StreamState, at: number): ActorNote[] {
  const { actor } = frame;
  if (actor === undefined || actor === actorName()) return [];
  const ids = frame.upserts.flatMap((item) => {
    // Whose status alone moved, nobody changed.
    if (revisionIn(before, item) === item.metadata.revision) return [];
    if (item.kind === "Fault") return item.status.links.map((name) => `link/${name}`);
    return item.kind === "Node" ? [] : [`${item.kind.toLowerCase()}/${item.metadata.name}`];
  });
  return ids.slice(0, NOTES_MAX).map((id) => ({ id, actor, at }));
}

function revisionIn({ nodes, pods, links, faults }: StreamState, { kind, metadata }: StreamItem): number | undefined {
  const map = { Node: nodes, Pod: pods, Link: links, Fault: faults }[kind];
  return map.get(metadata.name)?.metadata.revision;
}
