"use client";

import { Bookmark, Trash2 } from "lucide-react";
import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { DropdownMenu } from "radix-ui";
import { useState, type ReactNode } from "react";
import { InertText } from "../inert/inert-text.tsx";
import { useProject } from "../scope/use-project.ts";
import { scopeQuery } from "../scope/scope.ts";
import { menuClass, MenuItem, MenuLabel, MenuSeparator, menuItemClass, toolButtonClass } from "../ui/menu.tsx";
import { forgetView } from "./change-views.ts";
import { SaveViewDialog } from "./save-view-dialog.tsx";
import { usualViews } from "./usual-views.ts";
import type { View, ViewList, ViewScreen } from "./view.ts";

/** Views to open, and a way to keep the present one. */
export function ViewsMenu({ screen, list }: { screen: ViewScreen; list: ViewList }): ReactNode {
  const project = useProject();
  const search = useSearchParams();
  const [isSaving, setSaving] = useState(false);
  const hrefOf = (query: string): string => {
    const merged = new URLSearchParams(query);
    for (const [name, value] of new URLSearchParams(scopeQuery({ project }))) merged.set(name, value);
    return `/${screen}${merged.size > 0 ? `?${merged.toString()}` : ""}`;
  };
  const own = list.views.filter(({ isOwn }) => isOwn);
  const shared = list.views.filter(({ isOwn }) => !isOwn);
  const item = (view: View): ReactNode => (
    <ViewItem
      key={view.id}
      view={view}
      href={hrefOf(view.query)}
      onForget={view.isOwn || list.canShare ? () => void forgetView(project, view.id) : undefined}
    />
  );
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={toolButtonClass}>
          <Bookmark size={14} aria-hidden /> Views
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content align="end" sideOffset={4} className={menuClass}>
            {usualViews[screen].map(({ name, query }) => (
              <DropdownMenu.Item key={name} asChild className={menuItemClass}>
                <Link href={hrefOf(query)} prefetch={false}>
                  {name}
                </Link>
              </DropdownMenu.Item>
            ))}
            {own.length > 0 ? <MenuLabel>Yours</MenuLabel> : null}
            {own.map(item)}
            {shared.length > 0 ? <MenuLabel>Shared with the project</MenuLabel> : null}
            {shared.map(item)}
            <MenuSeparator />
            <MenuItem onSelect={() => setSaving(true)}>Keep this view…</MenuItem>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <SaveViewDialog
        isOpen={isSaving}
        onClose={() => setSaving(false)}
        screen={screen}
        query={search.toString()}
        canShare={list.canShare}
      />
    </>
  );
}

function ViewItem({ view, href, onForget }: { view: View; href: string; onForget?: () => void }): ReactNode {
  return (
    <div className="flex items-center">
      <DropdownMenu.Item asChild className={`${menuItemClass} min-w-0 flex-1`}>
        <Link href={href} prefetch={false}>
          <InertText text={view.name} max={60} className="truncate" />
          <span className="ml-auto pl-3 text-xs text-soft">
            {view.isOwn ? view.isShared ? "shared" : "" : <InertText text={view.ownerName} max={24} />}
          </span>
        </Link>
      </DropdownMenu.Item>
      {onForget ? (
        <DropdownMenu.Item
          aria-label={`Remove the view ${view.name}`}
          onSelect={(event) => {
            event.preventDefault();
            onForget();
          }}
          className="cursor-pointer rounded-sm p-1.5 text-soft outline-none data-highlighted:bg-raised data-highlighted:text-ink"
        >
          <Trash2 size={13} aria-hidden />
        </DropdownMenu.Item>
      ) : null}
    </div>
  );
}
