import { Button, Group } from "@mantine/core";
import type { Link } from "@ratchet/contracts";
import { IconActivityHeartbeat, IconCheck, IconPlayerStop, IconX } from "@tabler/icons-react";
import { pingWay, togglePing } from "../../actions/ping-link.js";
import { agrees, askedRtt } from "../../graph/asked-rtt.js";
import type { Sample } from "../../graph/sparkline.js";
import { type PingRun, rttText, summaryOf, usePings } from "../../state/ping-store.js";
import { useTopology } from "../../state/topology-store.js";
import { Section } from "../panel/section.js";
import { Spark } from "./spark.js";

const SPAN_MS = 60_000;
const GAP_MS = 3_000;

/** A ping from inside one pod to the other, as long as somebody wants it. */
export function PingSection({ link }: { link: Link }) {
  const { name } = link.metadata;
  const run = usePings((state) => state.pings.get(name));
  const pods = useTopology((state) => state.stream.pods);
  const isLive = useTopology((state) => state.phase === "live");
  const way = pingWay(link, pods);
  return (
    <Section title="Round trip">
      <Group gap={10} wrap="nowrap" align="center">
        <Button
          variant="default"
          leftSection={run ? <IconPlayerStop size={15} /> : <IconActivityHeartbeat size={15} />}
          disabled={way === undefined || !isLive}
          onClick={() => togglePing(name)}
          aria-pressed={run !== undefined}
          style={{ flex: "none" }}
          data-testid="panel-ping"
        >
          {run ? "Stop" : "Ping"}
        </Button>
        <span className="num" style={{ minWidth: 0 }} data-testid="panel-rtt">
          {run ? (
            <Figures run={run} />
          ) : (
            <span className="soft">
              {way === undefined ? "Neither end has an address" : `from inside ${way.from} to ${way.to}`}
            </span>
          )}
        </span>
      </Group>
      {run && (
        <>
          <div style={{ marginTop: 6 }}>
            <Spark
              samples={run.samples.map(({ at, rttMs }): Sample => [at, rttMs])}
              now={run.samples.at(-1)?.at ?? 0}
              spanMs={SPAN_MS}
              gapMs={GAP_MS}
              atLeast={1}
              text={rttText}
              label="Round-trip time, last minute"
            />
          </div>
          <Asked link={link} run={run} />
          {run.problem !== "" && <p style={{ margin: "4px 0 0", color: "var(--degraded)" }}>{run.problem}</p>}
        </>
      )}
    </Section>
  );
}

function Figures({ run }: { run: PingRun }) {
  const { nowMs, minMs, maxMs, lossPercent, sent } = summaryOf(run);
  if (sent === 0) return <span className="soft">asking</span>;
  return (
    <>
      <b data-testid="panel-rtt-now">{nowMs === null ? "no answer" : rttText(nowMs)}</b>{" "}
      <span className="soft">
        {minMs !== null && maxMs !== null && `${rttText(minMs)} to ${rttText(maxMs)}, `}
        {lossPercent.toFixed(lossPercent > 0 && lossPercent < 10 ? 1 : 0)} % lost
      </span>
    </>
  );
}

/** What the impairments ask for beside what came out. */
function Asked({ link, run }: { link: Link; run: PingRun }) {
  const asked = askedRtt(link);
  const { nowMs } = summaryOf(run);
  if (asked === undefined || nowMs === null) return null;
  const isGood = agrees(asked, nowMs);
  const within = `within ${rttText(asked.toleranceMs)}`;
  return (
    <div className="num asked-rtt" data-testid="panel-rtt-asked" data-agrees={isGood}>
      {isGood ? (
        <IconCheck size={15} color="var(--ready)" aria-label={`agrees ${within}`} />
      ) : (
        <IconX size={15} color="var(--degraded)" aria-label={`does not agree ${within}`} />
      )}
      asked {rttText(asked.ms)} both ways together, measured {rttText(nowMs)}
      <span className="soft">({within})</span>
    </div>
  );
}
