import { Button, SegmentedControl } from "@mantine/core";
import type { ImpairmentFields, Link, Sender } from "@ratchet/contracts";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { impair } from "../../actions/impair-link.js";
import { askedOf, type FieldChange, withChanges } from "../../graph/impairment-edit.js";
import { endPods } from "../../graph/link-end.js";
import { newerLink, useImpair } from "../../state/impair-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { Section } from "../panel/section.js";
import { ImpairTable } from "./impair-table.js";
import { MoreFields } from "./more-fields.js";
import { PresetMenu } from "./preset-menu.js";
import { SlideField } from "./slide-field.js";

type Choice = "0" | "1" | "both";

/** Delay, loss, rate and the rest, each direction by itself, as they are dragged; and what is in force of them. */
export function ImpairSection({ link }: { link: Link }) {
  const { name } = link.metadata;
  const draft = useImpair((state) => state.drafts.get(name));
  const canEdit = useTopology(isEditable);
  const [choice, setChoice] = useState<Choice>("0");
  const [hasMore, setMore] = useState(false);
  const newest = newerLink(draft?.answered, link) ?? link;
  const { endpoints } = newest.spec;
  // As it is asked for now, with what is on its way.
  const impairments = withChanges(endpoints, newest.spec.impairments, draft?.changes ?? []);
  const asked = ([0, 1] as const).map((way) => askedOf(endpoints, impairments, way));
  const ways: Sender[] = choice === "both" ? [0, 1] : [choice === "0" ? 0 : 1];
  const shown = asked[ways[0] ?? 0] ?? {};
  const change = <K extends keyof ImpairmentFields>(field: K, value: ImpairmentFields[K] | undefined) =>
    impair(
      name,
      ways.map((way) => ({ way, field, value }) as FieldChange),
    );
  const [a, b] = endPods(newest);
  const isMixed = (field: keyof ImpairmentFields) => choice === "both" && asked[0]?.[field] !== asked[1]?.[field];
  return (
    <Section title="Impairments">
      <div className="impair" data-testid="impair" data-pending={(draft?.changes.length ?? 0) > 0}>
        <div className="impair-head">
          <SegmentedControl
            size="xs"
            style={{ flex: 1, minWidth: 0 }}
            value={choice}
            onChange={(value) => setChoice(value as Choice)}
            aria-label="Which direction"
            data={[
              { value: "0", label: <span title={`${a} to ${b}`}>{a} →</span> },
              { value: "1", label: <span title={`${b} to ${a}`}>← {b}</span> },
              { value: "both", label: "Both" },
            ]}
            data-testid="impair-way"
          />
          <PresetMenu link={newest} isDisabled={!canEdit} />
        </div>
        {(["delayMs", "jitterMs", "lossPercent", "rateKbit"] as const).map((field) => (
          <SlideField
            key={field}
            field={field}
            value={shown[field] ?? 0}
            isMixed={isMixed(field)}
            isDisabled={!canEdit}
            onChange={(value) => change(field, value)}
          />
        ))}
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          leftSection={hasMore ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
          aria-expanded={hasMore}
          onClick={() => setMore(!hasMore)}
          ml={-6}
          data-testid="impair-more"
        >
          Bursts, duplicates, corruption, order, queue, engine
        </Button>
        {hasMore && <MoreFields fields={shown} isDisabled={!canEdit} onChange={change} />}
        {draft !== undefined && draft.refusal !== "" && (
          <p role="alert" className="impair-refusal" data-testid="impair-refusal">
            {draft.refusal}
          </p>
        )}
        <ImpairTable link={link} />
      </div>
    </Section>
  );
}
