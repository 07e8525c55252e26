import { Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Card } from './card.js';
import { DataTable } from './table.js';
import { useWords } from '../words/language.js';

/** A small chart with its figures as a table behind it. Screen readers get the table only. */
export function ChartCard({
  title,
  head,
  rows,
  children,
}: {
  title: string;
  /** Headings of the table. */
  head: readonly string[];
  /** The figures of the chart, as text. */
  rows: readonly (readonly string[])[];
  children: ReactNode;
}): ReactNode {
  const { home } = useWords();
  const empty = rows.length === 0;
  return (
    <Card title={title}>
      {empty ? (
        <Text c="dimmed">{home.noFigures}</Text>
      ) : (
        <>
          <div aria-hidden className="chart">
            {children}
          </div>
          <details>
            <summary>{home.asTable}</summary>
            <DataTable label={title} head={head}>
              {rows.map((row) => (
                <Table.Tr key={row[0]}>
                  {row.map((cell, index) => (
                    <Table.Td key={index}>{cell}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </DataTable>
          </details>
        </>
      )}
    </Card>
  );
}
