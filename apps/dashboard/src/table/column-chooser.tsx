"use client";

import { Columns3 } from "lucide-react";
import { parseAsArrayOf, parseAsString, useQueryState } from "nuqs";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { MenuCheckboxItem, menuClass, MenuItem, MenuSeparator, toolButtonClass } from "../ui/menu.tsx";
import type { ColumnSpec } from "./column.ts";

const parser = parseAsArrayOf(parseAsString).withOptions({ history: "replace" });

/** The ids of the columns that the URL asks for; null for the usual ones. */
export function useChosenColumns(): [chosen: string[] | null, choose: (ids: string[] | null) => void] {
  const [chosen, setChosen] = useQueryState("cols", parser);
  return [chosen, (ids) => void setChosen(ids)];
}

/** Which columns a table shows; kept in the URL, so that a view that is sent shows the same. */
export function ColumnChooser<Row extends object>({ specs }: { specs: readonly ColumnSpec<Row>[] }): ReactNode {
  const [chosen, choose] = useChosenColumns();
  const [link, ...others] = specs;
  const shown = chosen ?? others.filter(({ optional }) => !optional).map(({ id }) => id);
  const toggle = (id: string): void => {
    const next = others.map((spec) => spec.id).filter((other) => (other === id) !== shown.includes(other));
    choose(next);
  };
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={toolButtonClass}>
        <Columns3 size={14} aria-hidden /> Columns
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align="end" sideOffset={4} className={menuClass}>
          <MenuCheckboxItem checked disabled>
            {link?.header}
          </MenuCheckboxItem>
          {others.map((spec) => (
            <MenuCheckboxItem key={spec.id} checked={shown.includes(spec.id)} onToggle={() => toggle(spec.id)}>
              {spec.title ?? spec.header}
            </MenuCheckboxItem>
          ))}
          <MenuSeparator />
          <MenuItem disabled={chosen === null} onSelect={() => choose(null)}>
            The usual columns
          </MenuItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
