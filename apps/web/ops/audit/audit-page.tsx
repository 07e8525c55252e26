import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageTitle } from '../components/states.js';
import { useWords } from '../words/language.js';
import { AccessReview } from './access-review.js';
import { AuditSearch } from './audit-search.js';
import { Checkpoints } from './checkpoints.js';

/** Search and export of the audit trail, access reviews, and checkpoints of the log. */
export function AuditPage(): ReactNode {
  const { audit } = useWords();
  return (
    <Stack>
      <PageTitle title={audit.title} />
      <Text c="dimmed">{audit.readingIsAudited}</Text>
      <AuditSearch />
      <AccessReview />
      <Checkpoints />
    </Stack>
  );
}
