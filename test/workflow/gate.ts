/** Holds up whoever passes until it is opened. */
export function gate() {
  let signalReached = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => void (signalReached = resolve));
  const opened = new Promise<void>((resolve) => void (open = resolve));
  return {
    /** When somebody stands before it. */
    reached,
    open: () => open(),
    pass: async (): Promise<void> => {
      signalReached();
      await opened;
    },
  };
}
