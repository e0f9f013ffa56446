import { Button, Group, NativeSelect } from "@mantine/core";
import { IconDeviceFloppy, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { checkScenario, deleteScenario, runText, saveScenario, type TextProblem } from "../../actions/run-actions.js";
import { SCENARIOS_KEY } from "../../hooks/use-runs.js";
import { runView } from "../../state/runs-store.js";
import { isEditable, useTopology } from "../../state/topology-store.js";
import { SCENARIO_EXAMPLES } from "./scenario-files.js";
import { YamlField, type YamlFieldHandle } from "./yaml-field.js";

const CHECK_AFTER_MS = 400;

/** A scenario as text: checked by the server as it is written, with line and field of what is wrong. */
export function ScenarioEditor({ name, initial }: { name: string | null; initial: string }) {
  const [text, setText] = useState(initial);
  const [problem, setProblem] = useState<TextProblem | undefined>();
  const [isChecked, setChecked] = useState(false);
  const canEdit = useTopology(isEditable);
  const field = useRef<YamlFieldHandle>(null);
  const queries = useQueryClient();
  useEffect(() => {
    if (!canEdit) return;
    setChecked(false);
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      void checkScenario(text, abort.signal).then((found) => {
        if (abort.signal.aborted) return;
        setProblem(found);
        setChecked(true);
      });
    }, CHECK_AFTER_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [text, canEdit]);
  const refresh = () => queries.invalidateQueries({ queryKey: [SCENARIOS_KEY] });
  const save = async () => {
    setProblem(await saveScenario(text));
    await refresh();
  };
  const isGood = isChecked && problem === undefined;
  const lines = new Set(problem?.errors.flatMap(({ line }) => line ?? []));
  return (
    <div className="editor" data-testid="scenario-editor">
      <YamlField ref={field} text={text} wrongLines={lines} onChange={setText} />
      <div className="editor-side">
        <Group gap={6}>
          <Button
            leftSection={<IconPlayerPlay size={15} />}
            disabled={!canEdit || !isGood}
            onClick={() => void runText(text).then(setProblem)}
            data-testid="editor-run"
          >
            Run
          </Button>
          <Button
            variant="default"
            leftSection={<IconDeviceFloppy size={15} />}
            disabled={!canEdit || !isGood}
            onClick={() => void save()}
            data-testid="editor-save"
          >
            Keep
          </Button>
          {name !== null && (
            <Button
              variant="subtle"
              color="gray"
              leftSection={<IconTrash size={15} />}
              disabled={!canEdit}
              onClick={() => void deleteScenario(name).then(refresh).then(runView.none)}
            >
              Delete
            </Button>
          )}
        </Group>
        {name === null && (
          <NativeSelect
            mt={10}
            size="xs"
            aria-label="Begin with an example"
            value=""
            data={[{ value: "", label: "Begin with an example" }, ...SCENARIO_EXAMPLES.map((file) => file.name)]}
            onChange={(event) => {
              const found = SCENARIO_EXAMPLES.find((file) => file.name === event.currentTarget.value);
              if (found) setText(found.yaml);
            }}
            data-testid="editor-example"
          />
        )}
        <div
          className="editor-problems"
          role="status"
          aria-live="polite"
          data-testid="editor-problems"
          data-good={isGood}
        >
          {isGood && <p style={{ color: "var(--ready)" }}>Can be run as it stands.</p>}
          {problem !== undefined && problem.text !== "" && <p className="editor-problem">{problem.text}</p>}
          {problem?.errors.map((error) => (
            <button
              key={`${error.line} ${error.field} ${error.message}`}
              type="button"
              className="editor-problem"
              onClick={() => error.line !== undefined && field.current?.goTo(error.line)}
              data-line={error.line}
            >
              {error.line !== undefined && <b>line {error.line} </b>}
              <span className="mono">{error.field}</span> {error.message}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}
