/** Holds up whoever passes until it is opened. */
export function gate() {
  let reach = (): void => undefined;
  let open = (): void => undefined;
  const reached = new Promise<void>((resolve) => void (reach = resolve));
  const opened = new Promise<void>((resolve) => void (open = resolve));
  return {
    /** When somebody stands before it. */
    reached,
    open: () => open(),
    pass: async (): Promise<void> => {
      reach();
      await opened;
    },
  };
}
