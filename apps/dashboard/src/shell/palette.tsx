"use client";

import { Search } from "lucide-react";
import dynamic from "next/dynamic";
import { useEffect, useEffectEvent, useState, type ReactNode } from "react";
import { ModalDialog } from "../ui/modal-dialog.tsx";
import { isTyping } from "./is-typing.ts";
import { keyClass, Shortcuts } from "./shortcuts.tsx";

const loadCommands = async () => (await import("./palette-commands.tsx")).PaletteCommands;
const PaletteCommands = dynamic(loadCommands, {
  ssr: false,
  loading: () => <p className="px-4 py-3 text-soft">A moment …</p>,
});

const PRELOAD_AFTER_MS = 2_000;

/** Goes anywhere from anywhere: `⌘K`. And lists the keys that there are: `?`. */
export function Palette(): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [showsKeys, setShowsKeys] = useState(false);

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      setOpen(!isOpen);
    } else if (event.key === "?" && !event.metaKey && !event.ctrlKey && !isTyping(event.target)) {
      event.preventDefault();
      setShowsKeys(true);
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => onKey(event);
    document.addEventListener("keydown", listen);
    // What is typed right after the keys that open it must find it there.
    const preload = setTimeout(() => void loadCommands().catch(() => undefined), PRELOAD_AFTER_MS);
    return () => {
      document.removeEventListener("keydown", listen);
      clearTimeout(preload);
    };
  }, []);

  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        title="Go to (Ctrl K)"
        className="flex items-center gap-2 rounded-md border border-line bg-canvas px-2 py-1.5 text-left text-soft hover:text-ink"
      >
        <Search size={14} aria-hidden />
        <span className="flex-1 max-md:sr-only">Go to</span>
        <kbd aria-hidden className={`${keyClass} max-md:hidden`}>
          ⌘K
        </kbd>
      </button>
      <ModalDialog
        title="Go to"
        isTitleShown={false}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        className="mt-[12vh] w-[min(36rem,calc(100vw-2rem))]"
      >
        <PaletteCommands onDone={() => setOpen(false)} onKeys={() => setShowsKeys(true)} />
      </ModalDialog>
      <Shortcuts isOpen={showsKeys} onClose={() => setShowsKeys(false)} />
    </>
  );
}
