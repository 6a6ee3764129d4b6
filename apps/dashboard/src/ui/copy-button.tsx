"use client";

import { Check, Copy } from "lucide-react";
import { useState, type ReactNode } from "react";

export function CopyButton({ text, label }: { text: string; label: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <button
      type="button"
      onClick={() => void copy().catch(() => setCopied(false))}
      className="inline-flex items-center gap-1 rounded-sm py-1 text-xs text-soft hover:text-ink"
    >
      {copied ? <Check size={12} aria-hidden /> : <Copy size={12} aria-hidden />}
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </button>
  );
}
