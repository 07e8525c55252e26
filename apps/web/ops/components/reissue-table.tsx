import { Checkbox, Anchor, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ReissueSummary } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { StateBadge } from './badges.js';
import { useFormat } from './format.js';
import { DataTable } from './table.js';

interface Selection {
  readonly ids: ReadonlySet<string>;
  readonly choose: (ids: readonly string[], chosen: boolean) => void;
}

/** A table of reissues; with `selection`, each row has a checkbox. */
export function ReissuesTable({
  label,
  items,
  selection,
}: {
  label: string;
  items: readonly ReissueSummary[];
  selection?: Selection;
}): ReactNode {
  const { reissues } = useWords();
  const ids = items.map(({ id }) => id);
  const chosen = ids.filter((id) => selection?.ids.has(id)).length;
  const head = [reissues.id, reissues.state, reissues.waiting, reissues.reason, reissues.created];
  const all = selection && (
    <Checkbox
      aria-label={reissues.selectAll}
      checked={chosen > 0 && chosen === ids.length}
      indeterminate={chosen > 0 && chosen < ids.length}
      onChange={({ currentTarget }) => selection.choose(ids, currentTarget.checked)}
    />
  );
  return (
    <DataTable label={label} head={all ? [all, ...head] : head}>
      {items.map((item) => (
        <Row key={item.id} item={item} selection={selection} />
      ))}
    </DataTable>
  );
}

function Row({ item, selection }: { item: ReissueSummary; selection?: Selection | undefined }): ReactNode {
  const words = useWords();
  const format = useFormat();
  return (
    <Table.Tr>
      {selection && (
        <Table.Td>
          <Checkbox
            aria-label={words.reissues.select(item.id)}
            checked={selection.ids.has(item.id)}
            onChange={({ currentTarget }) => selection.choose([item.id], currentTarget.checked)}
          />
        </Table.Td>
      )}
      <Table.Td>
        <Anchor component={Link} to={paths.reissue(item.id)} ff="monospace" size="sm" underline="always">
          {shortId(item.id)}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <StateBadge state={item.state} parked={!!item.parked} />
      </Table.Td>
      <Table.Td>
        {item.parked ? (
          <>
            <Text size="sm">
              {words.step[item.parked.step] ?? item.parked.step}:{' '}
              {words.code[item.parked.code] ?? item.parked.code}
            </Text>
            <Text size="xs" c="dimmed">
              {words.reissues.parkedFor} {format.age(item.parked.since)}
            </Text>
          </>
        ) : (
          item.endCode && <Text size="sm">{words.code[item.endCode] ?? item.endCode}</Text>
        )}
      </Table.Td>
      <Table.Td>{words.reason[item.reason]}</Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{format.time(item.createdAt)}</Table.Td>
    </Table.Tr>
  );
}

/** The first characters of an id, enough to distinguish ids by eye. */
export const shortId = (id: string): string => (id.length > 16 ? `${id.slice(0, 14)}…` : id);
