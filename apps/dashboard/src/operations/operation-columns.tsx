import { ToolName } from "../calls/call-columns.tsx";
import { keySourceMeanings } from "../calls/operation-words.ts";
import { formatCount } from "../format.ts";
import { InertText } from "../inert/inert-text.tsx";
import { operationHref } from "../scope/hrefs.ts";
import { defineColumns } from "../table/column.ts";
import { RowLink } from "../table/row-link.tsx";
import { Instant } from "../time/instant.tsx";
import type { OperationRow } from "./operation-row.ts";
import { OperationState } from "./operation-state.tsx";

export const operationColumns = defineColumns<OperationRow>([
  {
    id: "since",
    header: "Since",
    track: "7.1rem",
    narrowTrack: "5rem",
    cell: (operation) => (
      <RowLink href={operationHref(operation)}>
        <Instant atMs={operation.resolvedAtMs ?? operation.claimedAtMs} show="relative" className="text-soft" />
      </RowLink>
    ),
  },
  {
    id: "state",
    header: "State",
    track: "9.5rem",
    narrowTrack: "6.5rem",
    cell: (operation) => <OperationState operation={operation} />,
  },
  {
    id: "tool",
    header: "Tool",
    track: "minmax(10rem,1.4fr)",
    narrowTrack: "minmax(5rem,1fr)",
    cell: (operation) => <ToolName serverName={operation.serverName} tool={operation.tool} compact />,
  },
  {
    id: "principal",
    header: "Principal",
    track: "minmax(6rem,0.8fr)",
    from: "md",
    cell: (operation) =>
      operation.principal === null ? (
        <span className="text-soft">–</span>
      ) : (
        <InertText text={operation.principal} max={80} />
      ),
  },
  {
    id: "attempts",
    header: "Executed",
    track: "4.6rem",
    align: "end",
    from: "md",
    cell: (operation) => formatCount(operation.executions),
  },
  {
    id: "deliveries",
    header: "Delivered",
    track: "4.6rem",
    align: "end",
    from: "md",
    cell: (operation) => (operation.deliveries === null ? "–" : formatCount(operation.deliveries)),
  },
  {
    id: "finding",
    header: "Found out by",
    track: "minmax(6rem,1fr)",
    from: "xl",
    cell: (operation) =>
      operation.resolvedBy === null ? null : (
        <>
          <InertText text={operation.resolvedBy} max={60} />
          {operation.resolvedReason === null ? null : (
            <span className="text-soft">
              : <InertText text={operation.resolvedReason} max={120} />
            </span>
          )}
        </>
      ),
  },
  {
    id: "key",
    header: "Named by",
    track: "minmax(8rem,1fr)",
    from: "2xl",
    cell: (operation) => <span className="text-soft">{keySourceMeanings[operation.keySource ?? "none"]}</span>,
  },
]);
