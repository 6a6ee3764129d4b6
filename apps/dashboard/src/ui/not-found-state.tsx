import Link from "next/link";
import type { ReactNode } from "react";
import { scopeQuery } from "../scope/scope.ts";

/** There is no such page, project, session or call; or the viewer is not told of it. */
export function NotFoundState({
  projects,
}: {
  /** Those of the viewer. @defaultValue not known */
  projects?: readonly string[];
}): ReactNode {
  if (projects?.length === 0) {
    return (
      <Box title="No project is open to you yet.">
        Ask whoever looks after users here to give you a role, or one in a project.
      </Box>
    );
  }
  return (
    <Box title="There is nothing here.">
      The address may be cut, or what it named is not kept any more, or is not open to you.{" "}
      {(projects ?? ["default"]).slice(0, 10).map((project) => (
        <Link
          key={project}
          href={`/calls${scopeQuery({ project })}`}
          prefetch={false}
          className="mr-3 font-medium text-accent hover:underline"
        >
          {projects === undefined || projects.length === 1 ? "All calls" : `All calls of ${project}`}
        </Link>
      ))}
    </Box>
  );
}

function Box({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <div className="mx-auto mt-10 max-w-lg rounded-lg border border-line bg-surface p-5">
      <h1 className="font-semibold">{title}</h1>
      <p className="mt-2 text-soft">{children}</p>
    </div>
  );
}
