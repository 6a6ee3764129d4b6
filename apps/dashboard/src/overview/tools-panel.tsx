import Link from "next/link";
import type { ReactNode } from "react";
import { ToolName } from "../calls/call-columns.tsx";
import { callQuery } from "../calls/call-params.ts";
import { formatCount, formatDuration, formatRatio } from "../format.ts";
import { toolHref } from "../scope/hrefs.ts";
import type { ScopeParams } from "../scope/scope.ts";
import { Panel } from "../ui/panel.tsx";
import type { ToolUse } from "./overview.ts";

export function ToolsPanel({ tools, params }: { tools: ToolUse[]; params: ScopeParams }): ReactNode {
  return (
    <Panel title="Most called tools" flush>
      <div className="overflow-x-auto">
        <table className="mb-2 w-full">
          <thead className="text-xs text-soft">
            <tr>
              <th scope="col" className="w-full px-4 pb-1 text-left font-normal">
                Tool
              </th>
              <th scope="col" className="pb-1 pl-3 text-right font-normal">
                Calls
              </th>
              <th scope="col" className="pb-1 pl-3 text-right font-normal">
                Failed
              </th>
              <th scope="col" className="pb-1 pl-3 text-right font-normal max-sm:hidden">
                Median
              </th>
              <th scope="col" className="px-4 pb-1 text-right font-normal">
                p95
              </th>
            </tr>
          </thead>
          <tbody>
            {tools.map((use) => (
              <tr key={`${use.serverName} ${use.tool}`} className="border-t border-line/60 hover:bg-raised">
                <td className="w-full max-w-0 truncate px-4 py-1">
                  <Link
                    href={
                      use.tool === null
                        ? `/calls${callQuery({ ...params, server: [use.serverName] })}`
                        : toolHref({ ...params, server: use.serverName, tool: use.tool })
                    }
                    prefetch={false}
                    className="hover:underline"
                  >
                    <ToolName serverName={use.serverName} tool={use.tool} />
                  </Link>
                </td>
                <td className="py-1 pl-3 text-right">{formatCount(use.calls)}</td>
                <td className="py-1 pl-3 text-right whitespace-nowrap">
                  {use.errors === 0 ? <span className="text-soft">·</span> : formatRatio(use.errors, use.calls)}
                </td>
                <td className="py-1 pl-3 text-right whitespace-nowrap text-soft max-sm:hidden">
                  {use.p50Us === null ? "–" : formatDuration(use.p50Us)}
                </td>
                <td className="px-4 py-1 text-right whitespace-nowrap text-soft">
                  {use.p95Us === null ? "–" : formatDuration(use.p95Us)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
