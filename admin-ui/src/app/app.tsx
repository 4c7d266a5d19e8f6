import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Problem } from '../api/problem.ts';
import { atRest } from './at-rest.ts';
import { useIdle } from './idle.ts';
import { styleNonce } from './nonce.ts';
import { createAppRouter } from './router.tsx';
import { theme, variables } from './theme.ts';
import { sayFailed } from './toast.ts';

const Toaster = lazy(() => import('./toaster.tsx').then((m) => ({ default: m.Toaster })));

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) => failures < 2 && error instanceof Problem && (error.status === 0 || error.status >= 500),
    },
  },
  mutationCache: new MutationCache({
    // A form that shows its own refusals says so in its meta.
    onError: (error, _variables, _context, mutation) => {
      if (mutation.meta?.quiet !== true) sayFailed(error);
    },
  }),
});
const router = createAppRouter(queryClient);
/** Longest wait for data before the screen is shown without, ms. */
const SOON = 250;
const colours = localStorageColorSchemeManager({ key: 'burgee-colours' });

/**
 * Ready when the screen of this address is, with what it shows if that comes soon: one render of everything costs half of what a
 * render of each part as it arrives does, and nothing jumps.
 */
export async function load(): Promise<void> {
  await router.load();
  await atRest(queryClient, SOON);
}

/** The whole UI. */
export function App() {
  const idle = useIdle();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={colours}
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={queryClient}>
        <Suspense fallback={null}>{idle && <Toaster />}</Suspense>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
