"use client";

import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { FacetValues, toggled } from "../facets/facet-values.tsx";
import { InertText } from "../inert/inert-text.tsx";
import type { SessionFacet } from "./session-facet.ts";
import { labelOfSignal, sessionParsers } from "./session-params.ts";

/** Values of one field with how many sessions each would leave; a click adds or takes away the filter. */
export function SessionFacetPanel({ facet }: { facet: SessionFacet }): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(sessionParsers, { shallow: false, history: "push", startTransition });
  const { name, title, values, ofNewest } = facet;
  return (
    <FacetValues
      title={title}
      values={values}
      ofNewest={ofNewest}
      selected={params[name]}
      isPending={isPending}
      labelOf={(value) => (name === "only" ? labelOfSignal(value) : <InertText text={value} max={80} />)}
      onToggle={(value) => void setParams({ [name]: toggled(params[name], value) })}
    />
  );
}
