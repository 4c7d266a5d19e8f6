/** Where a request may carry an override token. */
export type OverrideSource = 'query' | 'header' | 'cookie' | 'baggage';

/** What of a request is looked at. */
export interface Carrier {
  /** With its query. */
  readonly url: string;
  /** By name in lower case; several of a name in one text, as HTTP joins them. */
  readonly header: (name: string) => string | undefined;
}

/** The name of the token everywhere: in queries, headers, cookies and baggage. */
export const OVERRIDE = 'burgee-override';

/** In the order in which they are looked at: the first that is there counts, whatever becomes of it. */
export const OVERRIDE_SOURCES: readonly OverrideSource[] = ['query', 'header', 'cookie', 'baggage'];

/** W3C Baggage: what every proxy must let through, bytes. */
const MOST_BAGGAGE = 8_192;

/** All values in one source; none where it is not there. */
export function tokensIn(source: OverrideSource, { url, header }: Carrier): readonly string[] {
  switch (source) {
    case 'query':
      return url.includes(OVERRIDE) ? new URLSearchParams(url.slice(url.indexOf('?') + 1)).getAll(OVERRIDE) : [];
    case 'header':
      return parts(header(OVERRIDE), ',');
    case 'cookie':
      return named(parts(header('cookie'), ';'));
    case 'baggage':
      return named(parts(header('baggage'), ','));
  }
}

/** Baggage with this token in it, or with none. Other members stay as they are. */
export function withToken(baggage: string, token: string | undefined): string {
  const others = parts(baggage, ',').filter((member) => nameOf(member) !== OVERRIDE);
  const all = token === undefined ? others : [...others, `${OVERRIDE}=${token}`];
  const text = all.join(',');
  return text.length > MOST_BAGGAGE ? others.join(',') : text;
}

function parts(text: string | undefined, between: string): string[] {
  if (text === undefined || text === '') return [];
  return text
    .split(between)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Values without the properties that baggage may have. */
function named(members: readonly string[]): string[] {
  return members.flatMap((member) =>
    nameOf(member) === OVERRIDE ? [(member.slice(member.indexOf('=') + 1).split(';')[0] ?? '').trim()] : [],
  );
}

function nameOf(member: string): string {
  return member.split('=', 1)[0]?.trim() ?? '';
}
