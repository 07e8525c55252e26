/** A turning ring: the page waits, and the customer has nothing to do. */
export const Spinner = ({ label }: { label: string }) => (
  <div className="waiting" role="status" aria-label={label} />
);
