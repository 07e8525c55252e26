import { Checkbox, Anchor, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Parking, ReissueSummary } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { useAuditTexts } from './audit-text.js';
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
  const texts = useAuditTexts();
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
            <WaitedFor system={item.parked.system} />
            <Text size="sm">
              {words.step[item.parked.step] ?? item.parked.step}: {texts.code(item.parked.code)}
            </Text>
            <Text size="xs" c="dimmed">
              {words.reissues.parkedFor} {format.age(item.parked.since)}
              {item.parked.claim && ` · ${words.desk.works(texts.actor(item.parked.claim.by))}`}
            </Text>
          </>
        ) : (
          item.endCode && <Text size="sm">{texts.code(item.endCode)}</Text>
        )}
      </Table.Td>
      <Table.Td>{words.reason[item.reason]}</Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>{format.time(item.createdAt)}</Table.Td>
    </Table.Tr>
  );
}

/** Which system a parked step waited for, in plain words; nothing if it called none. */
export function WaitedFor({ system }: { system: Parking['system'] }): ReactNode {
  const words = useWords();
  if (system === null || system === 'none') return null;
  return (
    <Text size="sm" fw={600}>
      {words.system[system]}
    </Text>
  );
}

/** The first characters of an id, enough to distinguish ids by eye. */
export const shortId = (id: string): string => (id.length > 16 ? `${id.slice(0, 14)}…` : id);
