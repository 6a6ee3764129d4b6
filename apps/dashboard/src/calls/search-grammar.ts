import { effects, mutabilities, outcomes, retryKinds } from "@tachograph/record";
import type { CallParams, FilterName } from "./call-params.ts";

type Filters = Pick<CallParams, FilterName>;

const lists = { outcome: outcomes, effect: effects, kind: mutabilities, retry: retryKinds } as const;
const names = { server: true, tool: true } as const;
const texts = { principal: true, session: true, error: true, rule: true, operation: true } as const;

const token = /(?:(\w+):)?(?:"([^"]*)"|(\S+))/g;

/**
 * What the search box understands: `outcome:denied tool:refund_order principal:ann some text`. A value with spaces goes
 * in quotes. A word that is no known field, or a value outside a closed set, is searched for as text.
 */
export function parseSearch(search: string, current: Filters): Partial<Filters> {
  const found: Partial<Filters> = {};
  const words: string[] = [];
  for (const [whole, field, quoted, bare] of search.matchAll(token)) {
    const value = quoted ?? bare ?? "";
    if (value === "") continue;
    if (field !== undefined && Object.hasOwn(lists, field)) {
      const name = field as keyof typeof lists;
      const known: readonly string[] = lists[name];
      if (known.includes(value)) {
        const before: readonly string[] = found[name] ?? current[name];
        Object.assign(found, { [name]: [...new Set([...before, value])] });
        continue;
      }
    } else if (field !== undefined && Object.hasOwn(names, field)) {
      const name = field as keyof typeof names;
      found[name] = [...new Set([...(found[name] ?? current[name]), value])];
      continue;
    } else if (field !== undefined && Object.hasOwn(texts, field)) {
      found[field as keyof typeof texts] = value;
      continue;
    }
    words.push(whole.replaceAll('"', ""));
  }
  if (words.length > 0) found.q = words.join(" ");
  return found;
}
