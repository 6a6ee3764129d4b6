"use client";

import { useQueryStates } from "nuqs";
import type { ReactNode } from "react";
import { accessLogParsers } from "./access-log-params.ts";
import { actionLabels } from "./action-labels.ts";

export function AccessLogFilters(): ReactNode {
  const [{ action, user }, setParams] = useQueryStates(accessLogParsers, { shallow: false });
  return (
    <div className="mb-3 flex flex-wrap items-center gap-3">
      <label className="flex items-center gap-2">
        Action
        <select
          value={action ?? ""}
          onChange={(event) => void setParams({ action: event.target.value || null })}
          className="rounded-md border border-line bg-surface px-2 py-1"
        >
          <option value="">Any</option>
          {Object.entries(actionLabels).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {user === null ? null : (
        <button
          type="button"
          onClick={() => void setParams({ user: null })}
          className="rounded-full border border-accent bg-accent-soft px-2.5 py-0.5"
        >
          One person only: show everybody
        </button>
      )}
    </div>
  );
}
