import type { ReactNode } from "react";
import { Panel } from "../ui/panel.tsx";

/** Says who may see a part of the settings. */
export function NotAllowed({ who }: { who: string }): ReactNode {
  return (
    <Panel>
      <p className="pt-4 text-soft">{who}</p>
    </Panel>
  );
}
