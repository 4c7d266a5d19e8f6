/** Share of requests that fail anyway, new version or old: a shop is never perfect. */
const BASE_ERRORS = 0.01;

/** Switches that break a page's new version for a share of its users: the same users every time, as a real bug would. */
export function createFaults() {
  const shares = new Map<string, number>();
  return {
    set(page: string, share: number): void {
      shares.set(page, share);
    },
    /** Whether this request of this user fails. */
    strikes(page: string, user: string, isNew: boolean): boolean {
      if (Math.random() < BASE_ERRORS) return true;
      const share = isNew ? (shares.get(page) ?? 0) : 0;
      return share > 0 && unlucky(user) < share;
    },
  };
}

/** A fixed number in 0…1 for a user (FNV-1a), unrelated to anything that flags are decided by. */
function unlucky(user: string): number {
  let hash = 0x811c9dc5;
  for (const character of user) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) / 2 ** 32;
}
