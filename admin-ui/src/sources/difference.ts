import type { SourceSettings } from '../api/sources.ts';
import { duration } from '../text/format.ts';
import { frame } from '../text/frame.ts';
import { sources } from '../text/sources.ts';

const t = sources.changes;

const headerWords = ({ headers }: SourceSettings): string =>
  headers.map(({ name, value }) => `${name} (${typeof value === 'string' ? value : value.env})`).join(', ') || frame.nothing;

/** What differs between two versions of a source, a line each. */
export function sourceDifference(before: SourceSettings, after: SourceSettings): string[] {
  const fields: [string, (of: SourceSettings) => string][] = [
    [t.name, ({ name }) => name],
    [t.type, ({ type }) => sources.types[type]],
    [t.url, ({ url }) => url],
    [t.timeout, ({ timeoutMs }) => duration(timeoutMs)],
    [t.headers, headerWords],
  ];
  return fields.flatMap(([what, words]) => {
    const [from, to] = [words(before), words(after)];
    return from === to ? [] : [frame.fromTo(what, from, to)];
  });
}
