import type { Config } from '../config.js';

/** Whether a call comes from Temporal's own page: browsers say so, and no page can say otherwise. */
export function isTemporalUi({ temporalUiUrl }: Config, origin: string | undefined): origin is string {
  return temporalUiUrl !== undefined && origin === new URL(temporalUiUrl).origin;
}
