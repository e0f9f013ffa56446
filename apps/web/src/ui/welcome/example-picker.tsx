import { Button, Group, Modal, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { applyExample } from "../../actions/apply-example.js";
import { reasonOf } from "../../api/problem-error.js";
import { ui, useUi } from "../../state/ui-store.js";
import { EXAMPLES, type ExampleFile } from "./example-files.js";

const FORMS = [
  { value: "topology", label: "Ratchet's kinds" },
  { value: "pods", label: "Labelled Pod manifests" },
];

/** Applies a shipped topology; the file itself can be read first. */
export function ExamplePicker() {
  const isOpen = useUi((state) => state.popup?.kind === "example");
  const names = [...new Set(EXAMPLES.map((example) => example.name))];
  const [name, setName] = useState(names.includes("cloud-router") ? "cloud-router" : (names[0] ?? ""));
  const [form, setForm] = useState<string>("topology");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const example =
    EXAMPLES.find((own) => own.name === name && own.form === form) ?? EXAMPLES.find((own) => own.name === name);

  const apply = async (chosen: ExampleFile) => {
    setIsBusy(true);
    setError(null);
    try {
      await applyExample(chosen.name, chosen.yaml);
      ui.close();
    } catch (problem) {
      setError(reasonOf(problem));
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Modal opened={isOpen} onClose={ui.close} title="Apply an example" size="lg">
      <Group gap={10} mb={10} data-testid="example-picker">
        <SegmentedControl size="xs" value={name} onChange={setName} data={names} aria-label="Example" />
        <SegmentedControl size="xs" value={form} onChange={setForm} data={FORMS} aria-label="Written as" />
      </Group>
      <pre
        className="mono"
        style={{
          maxHeight: 300,
          overflow: "auto",
          margin: 0,
          padding: 12,
          borderRadius: 8,
          background: "var(--surface-2)",
          fontSize: 12,
        }}
      >
        {example?.yaml}
      </pre>
      {error && (
        <p role="alert" style={{ color: "var(--down)", fontSize: 13, whiteSpace: "pre-line" }}>
          {error}
        </p>
      )}
      <Group justify="end" mt="md" gap={8}>
        <Button variant="default" onClick={ui.close}>
          Cancel
        </Button>
        <Button
          disabled={!example}
          loading={isBusy}
          onClick={() => example && void apply(example)}
          data-testid="example-apply"
        >
          Apply to this namespace
        </Button>
      </Group>
    </Modal>
  );
}
