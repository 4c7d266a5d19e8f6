import ipaddr from 'ipaddr.js';
import { BurgeeError } from '../domain/errors.ts';

/** One entry of BURGEE_OUTBOUND_ALLOW: a host name, an address or a network, each with a port or for all ports. */
export interface Allowed {
  readonly host: string | null;
  readonly network: readonly [ipaddr.IPv4 | ipaddr.IPv6, number] | null;
  readonly port: number | null;
}

/** Ports that public hosts may be asked on without being allowed by name. */
const PUBLIC_PORTS: ReadonlySet<number> = new Set([80, 443, 3000, 8080, 9090]);

/** Where mail is handed in. */
const MAIL_PORTS: ReadonlySet<number> = new Set([25, 465, 587, 2525]);

/** Where clouds keep their machines' credentials: never reached, not even when allowed. */
const METADATA: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd00:ec2::23',
]);

/** Reads one entry; null when it is none. */
export function parseAllowed(entry: string): Allowed | null {
  if (entry.includes('/')) {
    if (!ipaddr.isValidCIDR(entry)) return null;
    return { host: null, network: ipaddr.parseCIDR(entry), port: null };
  }
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:\s/@]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?::(\d{1,5}))?$/.exec(entry);
  if (match === null) return null;
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '').toLowerCase();
  const port = match[2] === undefined ? null : Number(match[2]);
  if (host === '' || (port !== null && (port < 1 || port > 65_535))) return null;
  if (!ipaddr.isValid(host)) return { host, network: null, port };
  const address = ipaddr.process(host);
  return { host: null, network: [address, address.kind() === 'ipv4' ? 32 : 128], port };
}

function inNetwork(address: ipaddr.IPv4 | ipaddr.IPv6, network: NonNullable<Allowed['network']>): boolean {
  return address.kind() === network[0].kind() && address.match(network as [ipaddr.IPv4 & ipaddr.IPv6, number]);
}

/** What may be asked: decides for names before they are looked up, and for addresses before they are connected to. */
export class AddressPolicy {
  readonly #allowed: readonly Allowed[];

  constructor(entries: readonly string[]) {
    this.#allowed = entries.map((entry) => {
      const allowed = parseAllowed(entry);
      if (allowed === null) throw new TypeError(`not a host, address or network: ${entry}`);
      return allowed;
    });
  }

  /** Why this URL cannot be asked, or null. An address written as a name is looked up (and judged) when it is connected to. */
  refuseUrl(url: URL): string | null {
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'only http and https are asked';
    if (url.username !== '' || url.password !== '') return 'a URL with a user name or password in it is not asked';
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const named = this.#namesHost(host, port);
    if (ipaddr.isValid(host)) {
      const refusal = this.refuseAddress(host, { host, port, secure: url.protocol === 'https:' });
      if (refusal !== null) return refusal;
      if (this.#covers(ipaddr.process(host), port)) return null;
    } else if (named) return null;
    if (url.protocol === 'http:' && !this.#mayBeAllowedLater(host))
      return `http is asked only of hosts in BURGEE_OUTBOUND_ALLOW; ${host}:${port} is not`;
    return PUBLIC_PORTS.has(port) ? null : `port ${port} is asked only of hosts in BURGEE_OUTBOUND_ALLOW`;
  }

  /** Why mail cannot be handed in at this port of this host, or null. Addresses are judged apart. */
  refusePort(host: string, port: number): string | null {
    if (MAIL_PORTS.has(port) || this.#namesHost(host.toLowerCase(), port)) return null;
    if (ipaddr.isValid(host) && this.#covers(ipaddr.process(host), port)) return null;
    return `port ${port} is asked only of hosts in BURGEE_OUTBOUND_ALLOW`;
  }

  /** Why this address, to which `host` resolved, cannot be connected to, or null. */
  refuseAddress(
    address: string,
    { host, port, secure }: { readonly host: string; readonly port: number; readonly secure: boolean },
  ): string | null {
    if (!ipaddr.isValid(address)) return `${host} did not resolve to an address`;
    const parsed = ipaddr.process(address);
    if (METADATA.has(parsed.toString())) return 'a cloud metadata address is never asked';
    if (this.#namesHost(host.toLowerCase(), port) || this.#covers(parsed, port)) return null;
    if (parsed.range() !== 'unicast') return `${host} is a ${parsed.range()} address, which only BURGEE_OUTBOUND_ALLOW opens`;
    return secure ? null : `http is asked only of hosts in BURGEE_OUTBOUND_ALLOW; ${host}:${port} is not`;
  }

  #namesHost(host: string, port: number): boolean {
    return this.#allowed.some((entry) => entry.host === host && (entry.port === null || entry.port === port));
  }

  #covers(address: ipaddr.IPv4 | ipaddr.IPv6, port: number): boolean {
    return this.#allowed.some(
      (entry) => entry.network !== null && (entry.port === null || entry.port === port) && inNetwork(address, entry.network),
    );
  }

  /** A name may still resolve into an allowed network; its http is then judged at the connection. */
  #mayBeAllowedLater(host: string): boolean {
    return !ipaddr.isValid(host) && this.#allowed.some((entry) => entry.network !== null);
  }
}

/** The refusal as callers see it. */
export function refused(reason: string): BurgeeError {
  return new BurgeeError('source_refused', reason);
}
