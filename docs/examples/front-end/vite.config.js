import { defineConfig } from 'vite';

// The gateway of the local stack lets pages of this address call the API (RESEAL_API_ORIGINS).
const port = Number(process.env.RESEAL_EXAMPLE_PORT ?? 3007);
export default defineConfig({ server: { host: '127.0.0.1', port, strictPort: true } });
