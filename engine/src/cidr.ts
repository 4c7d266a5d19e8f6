/** A network: an IPv4 one, or an IPv4-mapped IPv6 one (::ffff:0:0/96), has its bits in the last word. */
export interface Network {
  readonly four: boolean;
  readonly words: readonly number[];
  readonly masks: readonly number[];
}

// the address that was parsed last; read before the next parse, so that an evaluation allocates nothing
const address = new Uint32Array(4);

/** Reads a dotted quad between the indices into `address[3]`: no leading zeros, nothing shortened. */
function parseFour(text: string, from: number, to: number): boolean {
  let word = 0;
  let octet = 0;
  let length = 0;
  let octets = 0;
  for (let i = from; i <= to; i++) {
    const code = i < to ? text.charCodeAt(i) : 46;
    if (code === 46) {
      if (length === 0 || octet > 255 || ++octets > 4) return false;
      word = ((word << 8) | octet) >>> 0;
      octet = 0;
      length = 0;
    } else {
      if (code < 48 || code > 57 || length === 3 || (length > 0 && octet === 0)) return false;
      octet = octet * 10 + code - 48;
      length++;
    }
  }
  address[3] = word;
  return octets === 4;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

function place(group: number, value: number): void {
  const word = group >> 1;
  const held = address[word] ?? 0;
  address[word] = group & 1 ? held | value : held | (value << 16);
}

/** Moves the groups from `gap` to `count` to the end of the eight, as `::` means. */
function spread(gap: number, count: number): void {
  for (let group = count - 1, to = 7; group >= gap; group--, to--) {
    const word = address[group >> 1] ?? 0;
    const value = group & 1 ? word & 0xffff : word >>> 16;
    address[group >> 1] = group & 1 ? word & 0xffff0000 : word & 0xffff;
    place(to, value);
  }
}

function parseSix(text: string, from: number, to: number): boolean {
  address.fill(0);
  let count = 0;
  let gap = -1;
  let i = from;
  if (text.charCodeAt(i) === 58) {
    if (text.charCodeAt(i + 1) !== 58) return false;
    gap = 0;
    i += 2;
  }
  while (i < to) {
    if (count === 8) return false;
    const start = i;
    let value = 0;
    while (i < to && i - start < 4 && hexDigit(text.charCodeAt(i)) >= 0) value = value * 16 + hexDigit(text.charCodeAt(i++));
    if (i === start) return false;
    if (i < to && text.charCodeAt(i) === 46) {
      if (count > 6) return false;
      if (!parseFour(text, start, to)) return false;
      const word = address[3] ?? 0;
      address[3] = 0;
      return finishSix(count, gap, word);
    }
    place(count++, value);
    if (i === to) break;
    if (text.charCodeAt(i++) !== 58 || i === to) return false;
    if (text.charCodeAt(i) === 58) {
      if (gap >= 0) return false;
      gap = count;
      i++;
    }
  }
  return finishSix(count, gap, -1);
}

/** `quad` is the word of a trailing dotted quad, -1 for none. */
function finishSix(groups: number, gap: number, quad: number): boolean {
  let count = groups;
  if (quad >= 0) {
    place(count++, quad >>> 16);
    place(count++, quad & 0xffff);
  }
  if (gap < 0) return count === 8;
  if (count > 7) return false;
  spread(gap, count);
  return true;
}

/** Parses into `address`: 4 or 6 for the family, 0 where the text is no address. A mapped IPv4 address is an IPv4 one. */
function parseAddress(text: string, to: number): 0 | 4 | 6 {
  // 45 is the longest text of an address: six groups and a dotted quad
  if (to === 0 || to > 45) return 0;
  const colon = text.indexOf(':');
  if (colon < 0 || colon >= to) return parseFour(text, 0, to) ? 4 : 0;
  if (!parseSix(text, 0, to)) return 0;
  return address[0] === 0 && address[1] === 0 && address[2] === 0xffff ? 4 : 6;
}

/** The network of `10.0.0.0/8`, `2001:db8::/32` or a lone address, or null. Bits behind the prefix are ignored. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/');
  const end = slash < 0 ? text.length : slash;
  const family = parseAddress(text, end);
  if (family === 0) return null;
  const asSix = text.includes(':');
  let prefix = asSix ? 128 : 32;
  if (slash >= 0) {
    const tail = text.slice(slash + 1);
    if (!/^(0|[1-9]\d{0,2})$/.test(tail) || Number(tail) > prefix) return null;
    prefix = Number(tail);
  }
  const four = family === 4 && (!asSix || prefix >= 96);
  if (four && asSix) prefix -= 96;
  const start = four ? 96 : 0;
  const masks = [0, 1, 2, 3].map((word) => {
    const bits = Math.min(32, Math.max(0, start + prefix - word * 32));
    return word * 32 < start || bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0;
  });
  return { four, masks, words: masks.map((mask, word) => ((address[word] ?? 0) & mask) >>> 0) };
}

/** Whether the text is an address inside any of the networks. */
export function inNetworks(text: string, networks: readonly Network[]): boolean {
  const family = parseAddress(text, text.length);
  if (family === 0) return false;
  for (const { four, words, masks } of networks) {
    if (four !== (family === 4)) continue;
    let word = 0;
    while (word < 4 && ((address[word] ?? 0) & (masks[word] ?? 0)) >>> 0 === words[word]) word++;
    if (word === 4) return true;
  }
  return false;
}
