import { Anchor, Checkbox, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Parking, ReissueSummary } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { useAuditTexts } from './audit-text.js';
import { StateBadge } from './badges.js';
import { useFormat } from './format.js';
import { StackedRow, StackedTable } from './table.js';

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
  const head = [reissues.id, reissues.state, reissues.waiting, reissues.reason, reissues.created];
  return (
    <>
      {selection && <SelectAll items={items} selection={selection} />}
      <StackedTable label={label} head={head}>
        {items.map((item) => (
          <Row key={item.id} head={head} item={item} selection={selection} />
        ))}
      </StackedTable>
    </>
  );
}

function SelectAll({
  items,
  selection,
}: {
  items: readonly ReissueSummary[];
  selection: Selection;
}): ReactNode {
  const { reissues } = useWords();
  const ids = items.map(({ id }) => id);
  const chosen = ids.filter((id) => selection.ids.has(id)).length;
  return (
    <Checkbox
      label={reissues.selectAll}
      checked={chosen > 0 && chosen === ids.length}
      indeterminate={chosen > 0 && chosen < ids.length}
      onChange={({ currentTarget }) => selection.choose(ids, currentTarget.checked)}
    />
  );
}

function Row({
  head,
  item,
  selection,
}: {
  head: readonly string[];
  item: ReissueSummary;
  selection?: Selection | undefined;
}): ReactNode {
  const words = useWords();
  const format = useFormat();
  return (
    <StackedRow head={head}>
      <Group gap="sm" wrap="nowrap">
        {selection && (
          <Checkbox
            aria-label={words.reissues.select(item.id)}
            checked={selection.ids.has(item.id)}
            onChange={({ currentTarget }) => selection.choose([item.id], currentTarget.checked)}
          />
        )}
        <Anchor component={Link} to={paths.reissue(item.id)} ff="monospace" size="sm" underline="always">
          {shortId(item.id)}
        </Anchor>
      </Group>
      <StateBadge state={item.state} parked={!!item.parked} />
      <Cause item={item} />
      <span>{words.reason[item.reason]}</span>
      <span style={{ whiteSpace: 'nowrap' }}>{format.time(item.createdAt)}</span>
    </StackedRow>
  );
}

/** What a parked reissue waits for, or why an ended one has ended. */
function Cause({ item: { parked, endCode } }: { item: ReissueSummary }): ReactNode {
  const words = useWords();
  const texts = useAuditTexts();
  const format = useFormat();
  if (!parked) return endCode && <Text size="sm">{texts.code(endCode)}</Text>;
  return (
    <div>
      <WaitedFor system={parked.system} />
      <Text size="sm">
        {words.step[parked.step] ?? parked.step}: {texts.code(parked.code)}
      </Text>
      <Text size="xs" c="dimmed">
        {words.reissues.parkedFor} {format.age(parked.since)}
        {parked.claim && ` · ${words.desk.works(texts.actor(parked.claim.by))}`}
      </Text>
    </div>
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
