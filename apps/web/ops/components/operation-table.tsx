import { Anchor, Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Operation } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { OperationBadge } from './badges.js';
import { useFormat } from './format.js';
import { DataTable } from './table.js';

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
    <DataTable label={label} head={head}>
      {items.map((item) => (
        <Table.Tr key={item.id}>
          <Table.Td>
            <Anchor component={Link} to={paths.operation(item.id)} underline="always">
              {kind[item.kind]}
            </Anchor>
          </Table.Td>
          <Table.Td>
            <OperationBadge state={item.state} />
          </Table.Td>
          <Table.Td>{format.number(item.items)}</Table.Td>
          <Table.Td maw="22rem">{item.reason}</Table.Td>
          <Table.Td>{item.requestedBy}</Table.Td>
          <Table.Td style={{ whiteSpace: 'nowrap' }}>{format.time(item.createdAt)}</Table.Td>
        </Table.Tr>
      ))}
    </DataTable>
  );
}
