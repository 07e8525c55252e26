/** Shapes in a square of 24 by 24, drawn as lines. */
const shapes = {
  phone: 'M8 2.5h8a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2zM11 18.5h2',
  account: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM7 9l2.2 6L12 9l2.800 6L17 9M6.500 11.800h11',
  document:
    'M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM8.500 9a1.800 1.800 0 1 1 0 3.600 1.800 1.800 0 0 1 0-3.600zM5.500 16c.5-2 5.500-2 6 0M14.500 10h4M14.500 14h4',
  certificate: 'M6 3h12v18l-6-3.500L6 21zM9.500 8h5M9.500 12h5',
  check: 'M4.500 12.500l5 5 10-11',
  warning: 'M12 4l9.500 16.500h-19zM12 10v5M12 17.500v.2',
  stop: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM9 9l6 6M15 9l-6 6',
  clock: 'M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7v5.500l3.500 2',
  shield: 'M12 3l8 3v6c0 4.500-3.400 7.700-8 9-4.600-1.300-8-4.500-8-9V6zM8.500 12l2.500 2.500 4.500-4.500',
  call: 'M6.500 3.500h3l1.500 4.500-2.200 1.500a11 11 0 0 0 5.700 5.700L16 13l4.500 1.500v3a2.500 2.500 0 0 1-2.500 2.500A14.500 14.500 0 0 1 4 6a2.500 2.500 0 0 1 2.500-2.500z',
} as const;
export type IconName = keyof typeof shapes;

/** An icon beside words that say the same: a screen reader skips it. */
export const Icon = ({ name }: { name: IconName }) => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path d={shapes[name]} />
  </svg>
);
