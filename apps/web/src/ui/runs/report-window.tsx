import { Button, Modal } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { reasonOf } from "../../api/problem-error.js";
import { reportPath, verbs } from "../../api/verbs.js";
import { runView, useRunView } from "../../state/runs-store.js";
import { useTopology } from "../../state/topology-store.js";

/** A run's report, in place. It is shut in: what a report holds came from pods and people, and is not this page. */
export function ReportWindow() {
  const name = useRunView((state) => state.report);
  const namespace = useTopology((state) => state.namespace);
  const { data, error } = useQuery({
    queryKey: ["report", namespace, name],
    queryFn: () => verbs.report(namespace, name ?? ""),
    enabled: name !== null,
    staleTime: 0,
  });
  return (
    <Modal
      opened={name !== null}
      onClose={() => runView.report(null)}
      title={`Report of ${name ?? ""}`}
      size="min(1180px, 94vw)"
      styles={{ body: { padding: 0 } }}
    >
      <div className="report" data-testid="report">
        {error && <p className="empty-note">{reasonOf(error)}</p>}
        {data !== undefined && (
          <iframe title={`Report of ${name ?? ""}`} sandbox="" srcDoc={data} data-testid="report-frame" />
        )}
        <div className="report-foot">
          <Button
            component="a"
            variant="default"
            leftSection={<IconDownload size={15} />}
            href={reportPath(namespace, name ?? "")}
            download={`${name ?? "report"}.html`}
          >
            Save as a file
          </Button>
        </div>
      </div>
    </Modal>
  );
}
