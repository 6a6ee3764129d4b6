"use client";

import { Search } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type SubmitEvent } from "react";
import { flushSync } from "react-dom";
import { complete, completionAt, fitting, type Completion } from "./complete-search.ts";
import { parseSearch } from "./parse-search.ts";
import type { ParsedSearch, SearchFault, SearchField } from "./search-field.ts";
import { SearchFaults } from "./search-faults.tsx";
import { SearchOptions, type SearchOption } from "./search-options.tsx";
import { useSlashKey } from "./use-slash-key.ts";

/** What is asked for goes into an address, which cannot be of any length. */
const MAX_SEARCH_LENGTH = 1_000;

/** Values of an open field that begin with a text, with how many rows have them. */
export type LoadValues = (field: string, prefix: string) => Promise<{ value: string; count: number }[]>;

const TYPING_PAUSE_MS = 120;

/**
 * A search that completes fields and values as they are typed, and points at what it does not understand. It is asked
 * for on Enter, and only where it has no fault.
 */
export function SearchBox({
  label,
  placeholder,
  fields,
  loadValues,
  onSearch,
  onRemoveLast,
}: {
  label: string;
  placeholder: string;
  fields: readonly SearchField[];
  loadValues?: LoadValues;
  onSearch: (search: ParsedSearch) => void;
  /** Backspace in the empty box. */
  onRemoveLast?: () => void;
}): ReactNode {
  const listId = useId();
  const faultsId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [faults, setFaults] = useState<SearchFault[]>([]);
  useSlashKey(input);

  const completion = isOpen ? completionAt(text, caret, fields) : undefined;
  const options = useOptions(completion, fields, loadValues);
  const shown = isOpen && options.length > 0;

  const change = (next: string, at: number): void => {
    setText(next);
    setCaret(at);
    setActive(-1);
    setFaults([]);
    setOpen(true);
  };
  const choose = (option: SearchOption): void => {
    if (completion === undefined) return;
    const done = complete(text, completion, option.value);
    // Before the next key is heard: what is typed on must not end up around the caret of before.
    flushSync(() => change(done.text, done.caret));
    input.current?.focus();
    input.current?.setSelectionRange(done.caret, done.caret);
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setOpen(false);
    const search = parseSearch(text, fields);
    setFaults(search.faults);
    if (search.faults.length > 0) return;
    setText("");
    onSearch(search);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const chosen = shown ? options[active] : undefined;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!shown) return setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if (chosen && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      choose(chosen);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === "Backspace" && text === "") {
      onRemoveLast?.();
    }
  };

  return (
    <div className="relative min-w-0 flex-1">
      <form onSubmit={submit} role="search">
        <Search size={14} aria-hidden className="absolute top-2.5 left-2.5 text-soft" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded={shown}
          aria-controls={shown ? listId : undefined}
          aria-autocomplete="list"
          aria-activedescendant={shown && active >= 0 ? `${listId}-${active}` : undefined}
          aria-invalid={faults.length > 0 || undefined}
          aria-describedby={faults.length > 0 ? faultsId : undefined}
          autoComplete="off"
          autoCapitalize="off"
          maxLength={MAX_SEARCH_LENGTH}
          spellCheck={false}
          enterKeyHint="search"
          placeholder={placeholder}
          value={text}
          onChange={(event) => change(event.target.value, event.target.selectionStart ?? event.target.value.length)}
          onSelect={(event) => setCaret(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className="w-full rounded-md border border-line bg-surface py-1.5 pr-3 pl-8 text-ellipsis placeholder:text-soft aria-invalid:border-warn"
        />
      </form>
      {shown ? <SearchOptions id={listId} options={options} active={active} onChoose={choose} /> : null}
      {faults.length > 0 ? (
        <SearchFaults
          id={faultsId}
          text={text}
          faults={faults}
          onMend={(mended) => {
            change(mended, mended.length);
            setOpen(false);
            input.current?.focus();
          }}
        />
      ) : null}
    </div>
  );
}

/** What can be chosen at the caret; values of open fields arrive after a pause in typing. */
function useOptions(
  completion: Completion | undefined,
  fields: readonly SearchField[],
  loadValues: LoadValues | undefined,
): SearchOption[] {
  const open = completion?.field?.values === undefined ? completion?.field?.name : undefined;
  const asked = open === undefined ? undefined : `${open}:${completion?.prefix}`;
  const [loaded, setLoaded] = useState<{ asked: string; options: SearchOption[] }>();
  const prefix = completion?.prefix ?? "";

  useEffect(() => {
    if (open === undefined || asked === undefined || loadValues === undefined) return;
    let stale = false;
    const timer = setTimeout(() => {
      loadValues(open, prefix).then(
        (values) => {
          if (!stale) setLoaded({ asked, options: values.map(({ value, count }) => ({ value, count })) });
        },
        // Completion is a help; the search itself says what is wrong.
        () => {},
      );
    }, TYPING_PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [open, asked, prefix, loadValues]);

  if (completion === undefined) return [];
  const { field } = completion;
  if (field === undefined) {
    const wanted = completion.prefix.toLowerCase();
    return fields
      .filter(({ name }) => name.startsWith(wanted))
      .map(({ name, about }) => ({ value: name, about, isField: true }));
  }
  if (field.values !== undefined) {
    const groups = Object.keys(field.groups ?? {});
    return fitting([...field.values, ...groups], completion.prefix).map((value) => ({
      value,
      about: field.groups?.[value]?.join(", "),
    }));
  }
  return loaded !== undefined && loaded.asked === asked ? loaded.options : [];
}
