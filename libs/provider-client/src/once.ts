import { OutcomeUnknown, ProviderUnavailable } from './errors.js';

export interface OnceOptions<Answer> {
  /** True if an earlier call with the same id may have reached the provider. */
  readonly repeated: boolean;
  readonly act: () => Promise<Answer>;
  /** Asks by id what became of it: undefined if it never arrived. */
  readonly find: () => Promise<Answer | undefined>;
}

/**
 * Has a provider do something, and never again before it was asked whether it is done already.
 *
 * @throws OutcomeUnknown if it may be done: the provider does not say, or has no record of a request that may
 *   still be on its way
 * @throws ProviderUnavailable if it is not done
 */
export async function once<Answer>({ repeated, act, find }: OnceOptions<Answer>): Promise<Answer> {
  if (repeated) {
    const earlier = await orUnknown(find);
    if (earlier !== undefined) return earlier;
  }
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw error;
    const found = await find().catch(() => undefined);
    if (found === undefined) throw error;
    return found;
  }
}

/** Asks what became of a request; that nobody answers means that it may be done. */
export async function orUnknown<Answer>(find: () => Promise<Answer>): Promise<Answer> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw new OutcomeUnknown(error.message);
    throw error;
  }
}
