import { send } from '../api/client.js';
import { session } from './session.js';

/**
 * Lets Temporal's own page show what payloads say, in this browser, while this page is open: it gets no token from us,
 * and asks our codec with a cookie that only the codec reads. Where somebody may not, that page shows them encoded.
 */
export function allowTemporalDecoding(): void {
  const allow = () => void send('beginDecoding', {}).catch(() => undefined);
  session.onToken = allow;
  allow();
}
