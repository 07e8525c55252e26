import '@mantine/core/styles.css';
import './console.css';
import { createTheme, MantineProvider, Modal } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { config } from 'zod';
import { ApiError } from './api/client.js';
import { routes } from './routes.js';
import { session } from './session/session.js';
import { styleNonce } from './style-nonce.js';

// The content security policy forbids code made from strings, which zod would use to be faster.
config({ jitless: true });

const theme = createTheme({
  primaryColor: 'blue',
  // Dark enough for white text on it (WCAG 2.2, 1.4.3).
  primaryShade: { light: 8, dark: 8 },
  fontFamily: "system-ui, 'Noto Sans KR', 'Noto Sans CJK KR', 'Apple SD Gothic Neo', sans-serif",
  fontFamilyMonospace: 'ui-monospace, Menlo, Consolas, monospace',
  headings: { fontWeight: '650' },
  defaultRadius: 'md',
  components: {
    // Its header element would be a second banner landmark of the page.
    Modal: Modal.extend({ defaultProps: { attributes: { header: { role: 'presentation' } } } }),
  },
});

/** Retries after a failure of the network or the server, not after a refusal. */
const worthAnotherTry = (failures: number, error: Error) =>
  failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500);

const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: worthAnotherTry, staleTime: 5_000 } },
});

/** Shows the console, and restores the session. */
export async function showApp(): Promise<void> {
  const root = createRoot(document.getElementById('root')!);
  const router = createBrowserRouter(routes);
  root.render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => styleNonce}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
  const returnTo = await session.restore();
  if (returnTo !== undefined) await router.navigate(returnTo, { replace: true });
}
