import { OutcomeUnknown, ProviderUnavailable } from './errors.js';

export interface OnceOptions<Answer> {
  /** True if an earlier call with the same id may have reached the provider. */
  readonly repeated: boolean;
  readonly act: () => Promise<Answer>;
  /** Asks for the request by its id; undefined if it never arrived. */
  readonly find: () => Promise<Answer | undefined>;
}

/**
 * Lets a provider carry out a request once. A request that may have been carried out is looked up before it is repeated.
 *
 * @throws OutcomeUnknown if it may have been carried out: the provider gives no answer, or has no record of a request that
 *   may still be on its way
 * @throws ProviderUnavailable if it was not carried out
 */
export async function performOnce<Answer>({ repeated, act, find }: OnceOptions<Answer>): Promise<Answer> {
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

/** Asks for a request. Without an answer its outcome is unknown. */
export async function orUnknown<Answer>(find: () => Promise<Answer>): Promise<Answer> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw new OutcomeUnknown(error.message);
    throw error;
  }
}
