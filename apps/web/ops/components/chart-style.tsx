import { Tooltip } from 'recharts';

export const chartHeight = 180;
export const chartColours = { first: 'var(--chart-first)', second: 'var(--chart-second)' } as const;
export const axis = { stroke: 'var(--mantine-color-dimmed)', fontSize: 12, tickLine: false } as const;
/** Charts are pictures: the table behind each is what keyboards and screen readers reach. */
export const picture = {
  accessibilityLayer: false,
  margin: { top: 4, right: 8, bottom: 0, left: 0 },
} as const;
export const drawn = { isAnimationActive: false } as const;
export const gridColour = 'var(--mantine-color-default-border)';
export const tooltip = (
  <Tooltip
    isAnimationActive={false}
    contentStyle={{ background: 'var(--mantine-color-body)', color: 'var(--mantine-color-text)' }}
  />
);
