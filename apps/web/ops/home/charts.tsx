import type { ReactNode } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ResponsiveContainer,
  XAxis,
  YAxis,
} from 'recharts';
import type { Figures } from '../api/types.js';
import { useAuditTexts } from '../components/audit-text.js';
import { useFormat } from '../components/format.js';
import { useWords } from '../words/language.js';
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

const height = chartHeight;
const { first, second } = chartColours;

/** The charts of the home page. */
export function Charts({ figures }: { figures: Figures }): ReactNode {
  return (
    <div className="charts">
      <Hours figures={figures} />
      <Days figures={figures} />
      <Times figures={figures} />
      <Ends figures={figures} />
      <Parked figures={figures} />
    </div>
  );
}

/** Two counts beside each other at each point of time. */
function Pairs({
  title,
  unit,
  points,
}: {
  title: string;
  unit: string;
  points: readonly { readonly at: string; readonly arrivals: number; readonly registered: number }[];
}): ReactNode {
  const { home } = useWords();
  const format = useFormat();
  return (
    <ChartCard
      title={title}
      head={[unit, home.arrivals, home.registered]}
      rows={points.map(({ at, arrivals, registered }) => [
        ...[at, format.number(arrivals), format.number(registered)],
      ])}
    >
      <ResponsiveContainer width="100%" height={height}>
        <BarChart data={[...points]} {...picture}>
          <CartesianGrid vertical={false} stroke={gridColour} />
          <XAxis dataKey="at" {...axis} minTickGap={24} />
          <YAxis {...axis} allowDecimals={false} width={36} />
          {tooltip}
          <Legend />
          <Bar dataKey="arrivals" name={home.arrivals} fill={first} {...drawn} />
          <Bar dataKey="registered" name={home.registered} fill={second} {...drawn} />
        </BarChart>
      </ResponsiveContainer>
    </ChartCard>
  );
}

function Hours({ figures }: { figures: Figures }): ReactNode {
  const { home } = useWords();
  const format = useFormat();
  const points = figures.hours.map(({ hour, arrivals, registered }) => {
    return { at: format.hour(hour), arrivals, registered };
  });
  return <Pairs title={home.lastHours} unit={home.hour} points={points} />;
}

function Days({ figures }: { figures: Figures }): ReactNode {
  const { home } = useWords();
  const format = useFormat();
  const points = figures.days.map(({ day, arrivals, registered }) => {
    return { at: format.day(day), arrivals, registered };
  });
  return <Pairs title={home.lastDays} unit={home.day} points={points} />;
}

function Times({ figures }: { figures: Figures }): ReactNode {
  const { home } = useWords();
  const format = useFormat();
  const seconds = (ms: number | null) => (ms === null ? null : ms / 1_000);
  const points = figures.days.map(({ day, toCertificateMs: { p50, p95 } }) => {
    return { at: format.day(day), p50: seconds(p50), p95: seconds(p95) };
  });
  const text = (value: number | null) => (value === null ? home.none : home.seconds(format.number(value)));
  return (
    <ChartCard
      title={home.toCertificate}
      head={[home.day, home.p50, home.p95]}
      rows={points.map(({ at, p50, p95 }) => [at, text(p50), text(p95)])}
    >
      <ResponsiveContainer width="100%" height={height}>
        <LineChart data={points} {...picture}>
          <CartesianGrid vertical={false} stroke={gridColour} />
          <XAxis dataKey="at" {...axis} minTickGap={24} />
          <YAxis {...axis} width={36} />
          {tooltip}
          <Legend />
          <Line dataKey="p50" name={home.p50} stroke={first} strokeWidth={2} {...drawn} />
          <Line
            dataKey="p95"
            name={home.p95}
            stroke={second}
            strokeWidth={2}
            strokeDasharray="6 3"
            {...drawn}
          />
        </LineChart>
      </ResponsiveContainer>
    </ChartCard>
  );
}

/** Bars that lie, one for each name. */
function Lying({
  title,
  head,
  bars,
}: {
  title: string;
  head: readonly string[];
  bars: readonly { readonly name: string; readonly today?: number; readonly all: number }[];
}): ReactNode {
  const format = useFormat();
  const two = bars.some(({ today }) => today !== undefined);
  return (
    <ChartCard
      title={title}
      head={head}
      rows={bars.map(({ name, today, all }) => [
        ...[name, ...(two ? [format.number(today ?? 0)] : []), format.number(all)],
      ])}
    >
      <ResponsiveContainer width="100%" height={Math.max(height, 44 * bars.length + 40)}>
        <BarChart data={[...bars]} layout="vertical" {...picture}>
          <XAxis type="number" {...axis} allowDecimals={false} />
          <YAxis type="category" dataKey="name" {...axis} width={130} />
          {tooltip}
          <Legend />
          {two && <Bar dataKey="today" name={head[1]} fill={first} {...drawn} />}
          <Bar dataKey="all" name={head.at(-1)} fill={two ? second : first} {...drawn} />
        </BarChart>
      </ResponsiveContainer>
    </ChartCard>
  );
}

function Ends({ figures }: { figures: Figures }): ReactNode {
  const { home } = useWords();
  const texts = useAuditTexts();
  const today = figures.days.at(-1)?.ended ?? [];
  const all = new Map<string, number>();
  for (const { code, reissues } of figures.days.flatMap(({ ended }) => ended))
    all.set(code, (all.get(code) ?? 0) + reissues);
  const bars = [...all]
    .toSorted(([, one], [, other]) => other - one)
    .map(([code, count]) => {
      const now = today.find((one) => one.code === code)?.reissues ?? 0;
      return { name: texts.code(code), today: now, all: count };
    });
  return <Lying title={home.ends} head={[home.reason, home.today, home.allDays]} bars={bars} />;
}

function Parked({ figures }: { figures: Figures }): ReactNode {
  const { home, step, system: systems } = useWords();
  const byName = new Map<string, number>();
  for (const { step: at, system, reissues } of figures.parked) {
    const where = system === null || system === 'none' ? [] : [systems[system]];
    const name = [step[at], ...where].join(', ');
    byName.set(name, (byName.get(name) ?? 0) + reissues);
  }
  const bars = [...byName].map(([name, all]) => ({ name, all }));
  return <Lying title={home.parkedWhere} head={[home.stepAndSystem, home.parked]} bars={bars} />;
}
