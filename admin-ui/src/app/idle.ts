import { useEffect, useState } from 'react';

/** Longest wait for a quiet moment, ms. */
const PATIENCE = 2_000;

/** False until the browser has had a quiet moment: what is not needed at first may come then. */
export function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const start = () => setIdle(true);
    // Safari has no such thing
    if (typeof requestIdleCallback === 'undefined') {
      const timer = setTimeout(start, PATIENCE / 4);
      return () => clearTimeout(timer);
    }
    const asked = requestIdleCallback(start, { timeout: PATIENCE });
    return () => cancelIdleCallback(asked);
  }, []);
  return idle;
}
