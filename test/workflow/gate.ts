/** A gate that callers wait at until it is opened. */
export function gate() {
  let signalReached = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => void (signalReached = resolve));
  const opened = new Promise<void>((resolve) => void (open = resolve));
  return {
    /** Resolves when a caller waits at the gate. */
    reached,
    open: () => open(),
    pass: async (): Promise<void> => {
      signalReached();
      await opened;
    },
  };
}
