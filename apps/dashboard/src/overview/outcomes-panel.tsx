import { outcomes, type Outcome } from "@tachograph/record";
import Link from "next/link";
import type { ReactNode } from "react";
import { callQuery } from "../calls/call-params.ts";
import { formatCount } from "../format.ts";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import type { ScopeParams } from "../scope/scope.ts";
import { Panel } from "../ui/panel.tsx";
import type { Totals } from "./overview.ts";

const isKnown = (outcome: string): outcome is Outcome => outcomes.some((known) => known === outcome);

export function OutcomesPanel({
  now,
  weekBefore,
  params,
}: {
  now: Totals;
  weekBefore: Totals;
  params: ScopeParams;
}): ReactNode {
  const rows = Object.entries(now.outcomes).toSorted(([, one], [, other]) => other - one);
  const hadCalls = weekBefore.calls > 0;
  return (
    <Panel title="How calls ended" flush>
      <table className="mb-2 w-full">
        <thead className="text-xs text-soft">
          <tr>
            <th scope="col" className="px-4 pb-1 text-left font-normal">
              Outcome
            </th>
            <th scope="col" className="pb-1 text-right font-normal">
              Calls
            </th>
            <th scope="col" className="px-4 pb-1 text-right font-normal">
              {hadCalls ? "Week before" : <span className="sr-only">Nothing a week before</span>}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([outcome, count]) => (
            <tr key={outcome} className="border-t border-line/60 hover:bg-raised">
              <td className="px-4 py-1">
                <OutcomeMark outcome={outcome} />
              </td>
              <td className="py-1 text-right">
                {isKnown(outcome) ? (
                  <Link
                    href={`/calls${callQuery({ ...params, outcome: [outcome] })}`}
                    prefetch={false}
                    className="font-medium text-accent hover:underline"
                  >
                    {formatCount(count)}
                  </Link>
                ) : (
                  formatCount(count)
                )}
              </td>
              <td className="px-4 py-1 text-right text-soft">
                {hadCalls ? formatCount(weekBefore.outcomes[outcome] ?? 0) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
