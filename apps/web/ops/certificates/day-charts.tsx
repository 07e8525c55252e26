import type { ReactNode } from 'react';
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { CertificateInventory } from '../api/types.js';
import { ChartCard } from '../components/chart-card.js';
import {
  axis,
  chartColours,
  chartHeight,
  drawn,
  gridColour,
  picture,
  tooltip,
} from '../components/chart-style.js';
import { useFormat } from '../components/format.js';
import { useWords } from '../words/language.js';

/** Certificates by the day of their issuance and by the day of their expiry. */
export function DayCharts({ inventory }: { inventory: CertificateInventory }): ReactNode {
  const { certificates: words } = useWords();
  return (
    <div className="charts">
      <DayChart title={words.issuedByDay} days={inventory.issued} />
      <DayChart title={words.expiringByDay} days={inventory.expiring} />
    </div>
  );
}

function DayChart({ title, days }: { title: string; days: CertificateInventory['issued'] }): ReactNode {
  const { certificates: words, home } = useWords();
  const format = useFormat();
  const points = days.map(({ day, certificates }) => ({ at: format.day(day), certificates }));
  return (
    <ChartCard
      title={title}
      head={[home.day, words.title]}
      rows={points.map(({ at, certificates }) => [at, format.number(certificates)])}
    >
      <ResponsiveContainer width="100%" height={chartHeight}>
        <BarChart data={points} {...picture}>
          <CartesianGrid vertical={false} stroke={gridColour} />
          <XAxis dataKey="at" {...axis} minTickGap={24} />
          <YAxis {...axis} allowDecimals={false} width={36} />
          {tooltip}
          <Bar dataKey="certificates" name={words.title} fill={chartColours.first} {...drawn} />
        </BarChart>
      </ResponsiveContainer>
    </ChartCard>
  );
}
