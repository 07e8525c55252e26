/** `setTimeout` of node:timers/promises, which browsers do not have. */
export const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
