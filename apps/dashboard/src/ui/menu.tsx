"use client";

import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

export const menuClass =
  "z-30 max-h-[min(28rem,var(--radix-dropdown-menu-content-available-height))] min-w-44 max-w-80 overflow-y-auto rounded-md border border-line-strong bg-surface p-1 shadow-lg";

/** A button above a table. */
export const toolButtonClass =
  "inline-flex items-center gap-1.5 whitespace-nowrap rounded-md border border-line bg-surface px-2.5 py-1.5 text-xs font-medium text-soft hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink data-[state=open]:text-ink";

export const menuItemClass =
  "flex w-full cursor-pointer items-center gap-2 rounded-sm px-2 py-1 text-left outline-none select-none data-disabled:cursor-default data-disabled:text-soft/70 data-highlighted:bg-raised";

export function MenuItem({
  onSelect,
  disabled,
  children,
}: {
  onSelect?: () => void;
  disabled?: boolean;
  children: ReactNode;
}): ReactNode {
  return (
    <DropdownMenu.Item disabled={disabled} onSelect={onSelect} className={menuItemClass}>
      {children}
    </DropdownMenu.Item>
  );
}

/** Stays open when chosen: several are chosen in a row. */
export function MenuCheckboxItem({
  checked,
  disabled,
  onToggle,
  children,
}: {
  checked: boolean;
  disabled?: boolean;
  onToggle?: () => void;
  children: ReactNode;
}): ReactNode {
  return (
    <DropdownMenu.CheckboxItem
      checked={checked}
      disabled={disabled}
      onCheckedChange={onToggle}
      onSelect={(event) => event.preventDefault()}
      className={menuItemClass}
    >
      <span className="w-3.5">{checked ? <Check size={13} aria-hidden /> : null}</span>
      {children}
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }): ReactNode {
  return <DropdownMenu.Label className="px-2 py-1 text-xs text-soft">{children}</DropdownMenu.Label>;
}

export function MenuSeparator(): ReactNode {
  return <DropdownMenu.Separator className="my-1 border-t border-line" />;
}
