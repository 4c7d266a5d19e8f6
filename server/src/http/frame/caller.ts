import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * The address that asks. X-Forwarded-For is believed from the right, only as long as who wrote it is a trusted proxy
 * (addresses and networks, `10.0.0.0/8`).
 */
export function callerAddress(socket: string | undefined, forwardedFor: string | null, trusted: readonly string[]): string {
  const hops = forwardedFor === null ? [] : forwardedFor.split(',').map((hop) => hop.trim());
  let caller = parse(socket);
  while (caller !== undefined && hops.length > 0 && isTrusted(caller, trusted)) {
    const next = parse(hops.pop());
    if (next === undefined) break;
    caller = next;
  }
  return caller?.toString() ?? 'unknown';
}

function parse(text: string | undefined): Address | undefined {
  return text !== undefined && ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}

function isTrusted(address: Address, trusted: readonly string[]): boolean {
  return trusted.some((entry) => {
    const [network, bits] = entry.includes('/') ? ipaddr.parseCIDR(entry) : [ipaddr.process(entry), undefined];
    if (network.kind() !== address.kind()) return false;
    return address.match(network as never, bits ?? (address.kind() === 'ipv4' ? 32 : 128));
  });
}
