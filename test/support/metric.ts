/**
 * The value of a metric in what an app serves at `/metrics`; NaN if there is none.
 *
 * @param label one that the series has, if there are several
 */
export const metricIn = (text: string, name: string, label = ''): number =>
  Number(new RegExp(`^${name}(?:\\{[^}]*${label}[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
