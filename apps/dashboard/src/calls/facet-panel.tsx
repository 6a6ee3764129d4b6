"use client";

import { useQueryStates } from "nuqs";
import { useTransition, type ReactNode } from "react";
import { FacetValues, toggled } from "../facets/facet-values.tsx";
import { InertText } from "../inert/inert-text.tsx";
import { OutcomeMark } from "../outcome/outcome-mark.tsx";
import { callParsers } from "./call-params.ts";
import type { Facet, FacetName } from "./facet.ts";
import { labelOfRetry } from "./retry-label.ts";

/** Values of one field with how many rows each would leave; a click adds or takes away the filter. */
export function FacetPanel({ facet }: { facet: Facet }): ReactNode {
  const [isPending, startTransition] = useTransition();
  const [params, setParams] = useQueryStates(callParsers, { shallow: false, history: "push", startTransition });
  const { name, title, values, ofNewest } = facet;
  return (
    <FacetValues
      title={title}
      values={values}
      ofNewest={ofNewest}
      selected={params[name]}
      isPending={isPending}
      labelOf={(value) => <FacetLabel name={name} value={value} />}
      onToggle={(value) => void setParams({ [name]: toggled(params[name], value) })}
    />
  );
}

function FacetLabel({ name, value }: { name: FacetName; value: string }): ReactNode {
  if (name === "outcome") return <OutcomeMark outcome={value} />;
  if (name === "retry") return labelOfRetry(value);
  return <InertText text={value} max={80} />;
}
