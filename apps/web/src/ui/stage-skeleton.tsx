import { Skeleton } from "@mantine/core";

/** The shape of what will be here, while the first snapshot is on its way. */
export function StageSkeleton() {
  return (
    <div className="skeleton-stage" aria-hidden="true" data-testid="skeleton">
      {[0, 1].map((box) => (
        <Skeleton key={box} height={150} radius={14} opacity={0.55} />
      ))}
    </div>
  );
}
