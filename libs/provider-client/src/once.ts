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
 * @throws OutcomeUnknown if it may be done and the provider does not say
 * @throws ProviderUnavailable if it is not done
 */
export async function once<Answer>({ repeated, act, find }: OnceOptions<Answer>): Promise<Answer> {
  if (repeated) {
    const earlier = await find().catch(asUnknown);
    if (earlier !== undefined) return earlier;
  }
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof OutcomeUnknown)) throw error;
    const found = await find().catch(() => {
      throw error;
    });
    if (found !== undefined) return found;
    throw new ProviderUnavailable(`${error.message}; it has no record of the request`);
  }
}

function asUnknown(error: unknown): never {
  if (error instanceof ProviderUnavailable) throw new OutcomeUnknown(error.message);
  throw error;
}
