import { List } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../words/language.js';
import { useAuditTexts } from './audit-text.js';
import { useFormat } from './format.js';

/** What a plan will do, in the future tense: the number of targets by expected outcome, changes first. */
export function PlannedEffect({ planned }: { planned: Readonly<Record<string, number>> }): ReactNode {
  const { act, planned: changes } = useWords();
  const texts = useAuditTexts();
  const format = useFormat();
  const all = Object.entries(planned);
  const [acting, others] = [
    all.filter(([name]) => name in changes),
    all.filter(([name]) => !(name in changes)),
  ];
  return (
    <List size="sm" listStyleType="none">
      {acting.map(([name, count]) => (
        <List.Item key={name} fw={700}>
          {act.plannedCount(changes[name]!, format.number(count))}
        </List.Item>
      ))}
      {others.map(([name, count]) => (
        <List.Item key={name}>{act.unchangedCount(texts.code(name), format.number(count))}</List.Item>
      ))}
    </List>
  );
}
