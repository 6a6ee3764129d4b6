"use client";

import { TriangleAlert } from "lucide-react";
import { useState, type ReactNode } from "react";
import { TextDiff } from "../diff/text-diff.tsx";
import { InertBlock } from "../inert/inert-block.tsx";
import { InertText } from "../inert/inert-text.tsx";
import { Instant } from "../time/instant.tsx";
import { Panel } from "../ui/panel.tsx";
import type { ContractRow } from "./tool-row.ts";

/** The contracts that a tool had, and what changed from one to another. */
export function ContractsPanel({ contracts }: { contracts: readonly ContractRow[] }): ReactNode {
  const [newest, previous] = contracts;
  const [afterHash, setAfterHash] = useState(newest?.hash);
  const [beforeHash, setBeforeHash] = useState(previous?.hash);
  const after = contracts.find(({ hash }) => hash === afterHash);
  const before = contracts.find(({ hash }) => hash === beforeHash);
  if (newest === undefined || after === undefined) {
    return (
      <Panel title="Contract">
        <p className="text-soft">No contract of this tool is known: its server never listed it.</p>
      </Panel>
    );
  }
  return (
    <Panel title={contracts.length === 1 ? "Contract" : `Contracts (${contracts.length})`} className="min-w-0">
      <ol className="mb-3 divide-y divide-line/60">
        {contracts.map((contract) => (
          <li key={contract.hash} className="py-1.5">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span className={contract.isInForce ? "font-semibold" : ""}>
                since <Instant atMs={contract.firstSeenAtMs} />
              </span>
              {contract.isInForce ? <span className="text-xs font-medium">in force</span> : null}
              {contract.serverVersion === null ? null : (
                <span className="text-soft">
                  version <InertText text={contract.serverVersion} max={40} />
                </span>
              )}
              <span className="font-mono text-xs text-soft">{contract.hash.slice(0, 12)}</span>
            </p>
            {contract.flags.length > 0 ? (
              <ul className="mt-1 space-y-0.5">
                {contract.flags.map((flag) => (
                  <li key={flag} className="flex gap-1.5">
                    <TriangleAlert size={13} aria-hidden className="mt-0.5 shrink-0 text-warn" />
                    <InertText text={flag} max={300} />
                  </li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
      </ol>
      {contracts.length > 1 ? (
        <div className="mb-2 flex flex-wrap items-center gap-2">
          <Choice label="What changed from" contracts={contracts} value={beforeHash} onChange={setBeforeHash} />
          <Choice label="to" contracts={contracts} value={afterHash} onChange={setAfterHash} />
        </div>
      ) : null}
      {before === undefined || before === after ? (
        <InertBlock
          key={after.hash}
          label="Contract"
          first={{ text: after.text, totalLength: after.text.length, nextOffset: undefined }}
        />
      ) : (
        <TextDiff
          key={`${before.hash} ${after.hash}`}
          label="What changed in the contract"
          before={before.text}
          after={after.text}
        />
      )}
    </Panel>
  );
}

function Choice({
  label,
  contracts,
  value,
  onChange,
}: {
  label: string;
  contracts: readonly ContractRow[];
  value: string | undefined;
  onChange: (hash: string) => void;
}): ReactNode {
  return (
    <label className="flex items-center gap-2">
      {label}
      <select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="rounded-md border border-line bg-surface px-2 py-1"
      >
        {contracts.map(({ hash, firstSeenAtMs }) => (
          <option key={hash} value={hash}>
            {new Date(firstSeenAtMs).toISOString().slice(0, 16).replace("T", " ")} UTC, {hash.slice(0, 8)}
          </option>
        ))}
      </select>
    </label>
  );
}
