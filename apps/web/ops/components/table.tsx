import { Table } from '@mantine/core';
import { Children, type ReactNode } from 'react';

/** A table that scrolls sideways on a narrow screen, by keyboard too. */
export function DataTable({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly ReactNode[];
  children: ReactNode;
}): ReactNode {
  return (
    <div className="table" role="group" aria-label={label} tabIndex={0}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {head.map((cell, index) => (
              <Table.Th key={index} scope="col">
                {cell}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}

/**
 * A table whose rows become blocks on a narrow screen, each cell under its heading. Roles are stated, because browsers take
 * those of a table from elements that are shown as blocks.
 */
export function StackedTable({
  label,
  head,
  children,
}: {
  label: string;
  head: readonly string[];
  children: ReactNode;
}): ReactNode {
  return (
    <div className="table stacked" role="group" aria-label={label} tabIndex={0}>
      <Table highlightOnHover verticalSpacing="xs" role="table">
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {head.map((cell) => (
              <Table.Th key={cell} scope="col" role="columnheader">
                {cell}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">{children}</Table.Tbody>
      </Table>
    </div>
  );
}

/** A row of a {@link StackedTable}, with one child for each cell. */
export function StackedRow({ head, children }: { head: readonly string[]; children: ReactNode }): ReactNode {
  return (
    <Table.Tr role="row">
      {Children.toArray(children).map((cell, index) => (
        <Table.Td key={head[index]} role="cell" data-label={head[index]}>
          {cell}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
