import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { RelatedOperation } from '../api/types.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';
import { OperationBadge } from './badges.js';
import { useAuditTexts } from './audit-text.js';
import { Card } from './card.js';
import { useFormat } from './format.js';
import { StackedRow, StackedTable } from './table.js';

/** The operations that named this reissue or certificate; nothing if there are none. */
export function RelatedOperations({ of }: { of: readonly RelatedOperation[] }): ReactNode {
  const { operations, operation, act, kind, reissue } = useWords();
  const texts = useAuditTexts();
  const format = useFormat();
  if (of.length === 0) return null;
  const head = [
    operations.kind,
    operations.state,
    operation.outcome,
    act.reason,
    operations.requestedBy,
    operations.approvedBy,
    operations.created,
  ];
  return (
    <Card title={reissue.operations}>
      <StackedTable label={reissue.operations} head={head}>
        {of.map((item) => (
          <StackedRow key={item.operationId} head={head}>
            <Anchor component={Link} to={paths.operation(item.operationId)} underline="always">
              {kind[item.kind]}
            </Anchor>
            <OperationBadge state={item.state} />
            <span>{item.outcome ? texts.code(item.outcome) : operation.noOutcome}</span>
            <span>{item.reason}</span>
            <span>{item.requestedBy}</span>
            <span>{item.approvedBy}</span>
            <span style={{ whiteSpace: 'nowrap' }}>{format.time(item.createdAt)}</span>
          </StackedRow>
        ))}
      </StackedTable>
    </Card>
  );
}
