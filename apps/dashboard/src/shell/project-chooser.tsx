"use client";

import { useRouter } from "next/navigation";
import { useId, type ReactNode } from "react";
import { scopeQuery } from "../scope/scope.ts";
import { useProject } from "../scope/use-project.ts";

/** Changes whose calls the screens show. Begins at the overview: what a screen names is not in the other project. */
export function ProjectChooser({ projects }: { projects: readonly string[] }): ReactNode {
  const project = useProject();
  const router = useRouter();
  const id = useId();
  const isListed = projects.includes(project);
  if (projects.length === 0 || (projects.length === 1 && isListed)) return null;
  return (
    <div className="min-w-0 md:mt-3">
      <label htmlFor={id} className="block px-2 text-xs text-soft max-md:sr-only">
        Project
      </label>
      <select
        id={id}
        value={isListed ? project : ""}
        onChange={(event) => router.push(`/${scopeQuery({ project: event.target.value })}`)}
        className="w-full max-w-40 truncate rounded-md border border-line bg-surface px-2 py-1 font-medium md:mt-1 md:max-w-none"
      >
        {isListed ? null : <option value="">Choose a project</option>}
        {projects.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
