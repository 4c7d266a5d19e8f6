import type { QueryClient } from '@tanstack/react-query';

/** When nothing is being fetched, or so many ms later. */
export function atRest(client: QueryClient, patience: number): Promise<void> {
  if (client.isFetching() === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, patience);
    const stop = client.getQueryCache().subscribe(() => {
      if (client.isFetching() === 0) done();
    });
  });
}
