import { inChildSpan } from '#libs/observability';
import { OutcomeUnknown, ProviderRefused } from './errors.js';

/**
 * How a call ended. `refused`: by the provider (HTTP 4xx). `unavailable`: certainly not carried out. `unknown`: perhaps
 * carried out.
 */
type CallOutcome = 'answered' | 'refused' | 'unavailable' | 'unknown';

/** A call that a provider got. It names no person and no request. */
export interface MeasuredCall {
  readonly provider: string;
  /** The provider's address: host and path. */
  readonly address: string;
  readonly outcome: CallOutcome;
  readonly seconds: number;
}

export type OnCall = (call: MeasuredCall) => void;

const spanOf = (provider: string, address: string) => ({
  name: `call ${provider}`,
  options: { kind: 'client' as const, attributes: { 'server.address': address } },
});

/** Makes a call, and reports how long it took and how it ended. */
export async function measureCall<T>(
  { provider, address, onCall }: Pick<MeasuredCall, 'provider' | 'address'> & { onCall?: OnCall | undefined },
  call: () => Promise<T>,
): Promise<T> {
  const traced = () => inChildSpan(() => spanOf(provider, address), call);
  if (!onCall) return traced();
  const start = performance.now();
  let outcome: CallOutcome = 'answered';
  try {
    return await traced();
  } catch (error) {
    outcome = outcomeOf(error);
    throw error;
  } finally {
    onCall({ provider, address, outcome, seconds: (performance.now() - start) / 1_000 });
  }
}

function outcomeOf(error: unknown): CallOutcome {
  if (error instanceof ProviderRefused) return 'refused';
  return error instanceof OutcomeUnknown ? 'unknown' : 'unavailable';
}

/** The name of an address: host and path, without credentials. Stable across restarts. */
export function addressName(url: string): string {
  const { host, pathname } = new URL(url);
  return host + pathname.replace(/\/+$/, '');
}
