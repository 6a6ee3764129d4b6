import type { ReactNode } from "react";

/** A short table, whole in the document. */
export function PlainTable({
  label,
  headers,
  children,
}: {
  label: string;
  headers: readonly string[];
  children: ReactNode;
}): ReactNode {
  return (
    <div tabIndex={0} role="region" aria-label={label} className="overflow-x-auto">
      <table aria-label={label} className="w-full text-left">
        <thead className="border-b border-line text-xs text-soft">
          <tr>
            {headers.map((header) => (
              <th key={header} scope="col" className="px-4 py-2 font-medium whitespace-nowrap">
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line/60">{children}</tbody>
      </table>
    </div>
  );
}

export const cellClass = "px-4 py-2 align-top";
