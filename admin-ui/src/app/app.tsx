import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { Problem } from '../api/problem.ts';
import { styleNonce } from './nonce.ts';
import { createAppRouter } from './router.tsx';
import { theme, variables } from './theme.ts';
import { sayFailed } from './toast.ts';

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
const colours = localStorageColorSchemeManager({ key: 'burgee-colours' });

/** The whole UI. */
export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={colours}
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={queryClient}>
        <Notifications position="top-right" limit={3} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
