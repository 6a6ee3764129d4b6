import type { ReactNode } from "react";

const lines = `import { tachograph } from "@tachograph/gate";

const server = tachograph(new McpServer({ name: "orders", version: "1.0.0" }));`;

/** Nothing recorded in this window: says so, and shows the lines that would change it. */
export function EmptyState({ filtered }: { filtered: boolean }): ReactNode {
  if (filtered) {
    return (
      <div className="px-4 py-10 text-center text-soft">
        <p className="font-medium text-ink">Nothing matches.</p>
        <p className="mt-1">Take a filter away, or look at a longer time.</p>
      </div>
    );
  }
  return (
    <div className="mx-auto max-w-xl px-4 py-10">
      <p className="font-medium">No calls in this time.</p>
      <p className="mt-1 text-soft">Wrap an MCP server, and its next tool call appears here:</p>
      <pre className="mt-3 overflow-x-auto rounded-md border border-line bg-canvas p-3 font-mono text-xs leading-5">
        {lines}
      </pre>
    </div>
  );
}
