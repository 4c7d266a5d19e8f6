import { LRUCache } from 'lru-cache';
import { BurgeeError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports.ts';

/** Slows down guessing, per process, in bounded memory. */
export interface Attempts {
  /** Counts a try before its password is looked at; call what it returns when that is done. Throws `rate_limited`. */
  begin(account: string, address: string): () => void;
  /** It was the right password: this address is known to the account from now on. */
  succeeded(account: string, address: string): void;
}

interface Window {
  until: number;
  count: number;
}

/** Tries of one address that may be worked on at once: the others' logins wait for no more than that. */
const AT_ONCE = 4;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * 10 tries a minute per account and address, 60 a minute and 4 at once per address, 100 an hour per account. The last does not count for
 * an address from which the account has logged in before, so strangers cannot lock a person out of their own place.
 */
export function createAttempts({ clock }: { readonly clock: Clock }): Attempts {
  const windows = new LRUCache<string, Window>({ max: 50_000 });
  const busy = new Map<string, number>();
  const known = new LRUCache<string, true>({ max: 10_000 });

  function count(key: string, limit: number, lengthMs: number): void {
    const now = clock();
    const found = windows.get(key);
    const window = found !== undefined && now < found.until ? found : { until: now + lengthMs, count: 0 };
    if (window.count >= limit) {
      const retryAfter = Math.ceil((window.until - now) / 1000);
      throw new BurgeeError('rate_limited', `too many attempts, try again in ${retryAfter} s`, { retryAfter });
    }
    window.count++;
    windows.set(key, window);
  }

  return {
    begin(account, address) {
      count(`pair ${account} ${address}`, 10, MINUTE);
      count(`address ${address}`, 60, MINUTE);
      if (!known.has(`${account} ${address}`)) count(`account ${account}`, 100, HOUR);
      const running = busy.get(address) ?? 0;
      if (running >= AT_ONCE)
        throw new BurgeeError('rate_limited', 'too many attempts at once, try again in 2 s', { retryAfter: 2 });
      busy.set(address, running + 1);
      return () => {
        const left = (busy.get(address) ?? 1) - 1;
        if (left > 0) busy.set(address, left);
        else busy.delete(address);
      };
    },
    succeeded(account, address) {
      windows.delete(`pair ${account} ${address}`);
      known.set(`${account} ${address}`, true);
    },
  };
}
