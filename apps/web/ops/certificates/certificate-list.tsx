import { Anchor, Stack, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client.js';
import { StandingBadge } from '../components/badges.js';
import { useFormat } from '../components/format.js';
import { Empty, Loading, MoreButton, ProblemAlert } from '../components/states.js';
import { DataTable } from '../components/table.js';
import { paths } from '../paths.js';
import { useWords } from '../words/language.js';

/** By what certificates are found. */
export const searchKeys = ['serial', 'customerRef', 'part'] as const;
export type SearchKey = (typeof searchKeys)[number];

/** The certificates that were found, page by page. */
export function CertificateList({ by, value }: { by: SearchKey; value: string }): ReactNode {
  const { certificates: words } = useWords();
  const format = useFormat();
  const found = useInfiniteQuery({
    queryKey: ['certificates', by, value],
    queryFn: ({ pageParam, signal }) =>
      call('listCertificates', { query: { [by]: value, ...(pageParam && { cursor: pageParam }) }, signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor || undefined,
  });
  if (found.isPending) return <Loading />;
  if (!found.data) return <ProblemAlert error={found.error} retry={() => void found.refetch()} />;
  const items = found.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Empty title={words.empty} />;
  return (
    <Stack>
      {found.isError && <ProblemAlert error={found.error} retry={() => void found.refetch()} />}
      <DataTable label={words.title} head={[words.serial, words.status, words.validity, words.customerRef]}>
        {items.map((item) => (
          <Table.Tr key={item.serial}>
            <Table.Td>
              <Anchor
                component={Link}
                to={paths.certificate(item.serial)}
                ff="monospace"
                size="sm"
                underline="always"
              >
                {item.serial}
              </Anchor>
            </Table.Td>
            <Table.Td>
              <StandingBadge standing={item.standing} />
            </Table.Td>
            <Table.Td>
              {format.date(item.notBefore)} – {format.date(item.notAfter)}
            </Table.Td>
            <Table.Td>{item.customerRef}</Table.Td>
          </Table.Tr>
        ))}
      </DataTable>
      <MoreButton list={found} />
    </Stack>
  );
}
