import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Operation } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { OperationBadge } from './badges.js';
import { useFormat } from './format.js';
import { StackedRow, StackedTable } from './table.js';

export function OperationsTable({ label, items }: { label: string; items: readonly Operation[] }): ReactNode {
  const { operations, kind, act } = useWords();
  const format = useFormat();
  const head = [
    operations.kind,
    operations.state,
    operations.items,
    act.reason,
    operations.requestedBy,
    operations.created,
  ];
  return (
    <StackedTable label={label} head={head}>
      {items.map((item) => (
        <StackedRow key={item.id} head={head}>
          <Anchor component={Link} to={paths.operation(item.id)} underline="always">
            {kind[item.kind]}
          </Anchor>
          <OperationBadge state={item.state} />
          <span>{format.number(item.items)}</span>
          <span>{item.reason}</span>
          <span>{item.requestedBy}</span>
          <span style={{ whiteSpace: 'nowrap' }}>{format.time(item.createdAt)}</span>
        </StackedRow>
      ))}
    </StackedTable>
  );
}
