/**
 * The provider is unavailable and did not carry out the request. Retry later. The messages of these errors hold provider,
 * status and error code, never a request, an answer or a person.
 */
export class ProviderUnavailable extends Error {
  override readonly name: string = 'ProviderUnavailable';

  constructor(
    message: string,
    /** The HTTP status, if there was a response. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** The circuit breaker is open, so the provider was not called. */
export class CircuitOpen extends ProviderUnavailable {}

/**
 * The provider may have carried out the request: the connection broke, or the answer was late or invalid. Ask for the
 * request by its id before it is repeated.
 */
export class OutcomeUnknown extends ProviderUnavailable {
  override readonly name = 'OutcomeUnknown';
}

/** The provider refused the request (HTTP 4xx). A retry of the same request fails again. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused';

  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Whether the request was certainly not carried out, so that it may be sent again or to another address. */
export function isCertainlyNotDone(error: unknown): error is ProviderUnavailable {
  return error instanceof ProviderUnavailable && !(error instanceof OutcomeUnknown);
}
