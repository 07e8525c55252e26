import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { externalProfile } from '#libs/domain';
import { call, send } from '../api/client.js';
import type { CertificateDetail } from '../api/types.js';
import { ActButtons } from '../operation-dialog/act-buttons.js';
import { StandingBadge } from '../components/badges.js';
import { Card } from '../components/card.js';
import { Facts, Id } from '../components/facts.js';
import { useFormat } from '../components/format.js';
import { RelatedOperations } from '../components/related-operations.js';
import { Loaded, PageTitle, ProblemAlert } from '../components/states.js';
import { paths } from '../paths.js';
import { download } from '../../shared/download.js';
import { useMe } from '../session/use-session.js';
import { useWords } from '../words/language.js';

/** One certificate: its status and the possible operations. */
export function CertificatePage(): ReactNode {
  const { serial = '' } = useParams();
  const { certificates: words } = useWords();
  const found = useQuery({
    queryKey: ['certificate', serial],
    queryFn: ({ signal }) => call('getCertificate', { path: { serial }, signal }),
  });
  return (
    <Stack>
      <Group gap="sm">
        <PageTitle title={words.title} />
        <Id>{serial}</Id>
      </Group>
      <Loaded of={found}>
        {(certificate) => (
          <>
            <CertificateFacts certificate={certificate} />
            <Acts certificate={certificate} />
            <Content certificate={certificate} />
            <RelatedOperations of={certificate.operations} />
          </>
        )}
      </Loaded>
    </Stack>
  );
}

function CertificateFacts({ certificate }: { certificate: CertificateDetail }): ReactNode {
  const words = useWords();
  const format = useFormat();
  const { certificates } = words;
  const moment = (at: string | null | undefined) => at && format.time(at);
  const { revocationReason } = certificate;
  return (
    <Card title={certificates.status} more={<StandingBadge standing={certificate.standing} />}>
      <Facts
        of={[
          [
            certificates.validity,
            `${format.time(certificate.notBefore)} – ${format.time(certificate.notAfter)}`,
          ],
          [certificates.issuer, certificate.issuer],
          [certificates.policy, certificate.policy],
          [
            certificates.customerRef,
            certificate.customerRef && (
              <Anchor
                component={Link}
                to={paths.certificatesOf(certificate.customerRef)}
                underline="always"
                size="sm"
              >
                {certificate.customerRef}
              </Anchor>
            ),
          ],
          [
            certificates.reissue,
            certificate.reissueId && (
              <Anchor
                component={Link}
                to={paths.reissue(certificate.reissueId)}
                underline="always"
                ff="monospace"
                size="sm"
              >
                {certificate.reissueId}
              </Anchor>
            ),
          ],
          [certificates.registered, moment(certificate.registeredAt)],
          [certificates.held, moment(certificate.heldAt)],
          [certificates.revoked, moment(certificate.revokedAt)],
          [
            words.act.revocationReason,
            revocationReason &&
              (words.revocationReason[revocationReason as keyof typeof words.revocationReason] ??
                revocationReason),
          ],
        ]}
      />
    </Card>
  );
}

/** What is in the certificate, and what relying parties are told about it. */
function Content({
  certificate: { serial, profile, content, published, crl },
}: {
  certificate: CertificateDetail;
}): ReactNode {
  const { certificates: words } = useWords();
  const format = useFormat();
  const me = useMe();
  const fetching = useMutation({
    mutationFn: async () =>
      download(
        `${serial}.pem`,
        await (await send('getCertificateFile', { path: { serial }, accept: '*/*' })).blob(),
      ),
  });
  const shown = published.crl;
  const { status, reason, revokedAt, thisUpdate, failure } = published.ocsp;
  const ocsp = status
    ? [
        words.ocspAnswer[status],
        ...(revokedAt ? [words.ocspRevoked(format.time(revokedAt), reason ?? 'unspecified')] : []),
        ...(thisUpdate ? [words.ocspAsOf(format.time(thisUpdate))] : []),
      ].join(' · ')
    : failure && words.ocspFailure[failure];
  return (
    <Card title={words.content}>
      <Facts
        of={[
          [words.key, content?.key],
          [words.keySha256, content && <code key="key">{content.keySha256}</code>],
          [words.sha256, content && <code key="sha256">{content.sha256}</code>],
          [
            words.lint,
            content && profile !== externalProfile ? words.linted(content.profileDigest.slice(0, 12)) : null,
          ],
          [
            words.chain,
            content?.chain
              .map(({ subject, notAfter }) => `${subject} (${format.date(notAfter)})`)
              .join(' · '),
          ],
          [words.ocsp, ocsp],
          [
            words.crl,
            shown
              ? `${words.crlOf(shown.number, format.time(shown.thisUpdate))} ${crl.pending ? words.crlPending : words.crlShows}`
              : words.noCrl,
          ],
        ]}
      />
      {content && (me.is('operator') || me.is('auditor')) && (
        <Group gap="sm">
          <Button variant="default" size="sm" loading={fetching.isPending} onClick={() => fetching.mutate()}>
            {words.file}
          </Button>
          <Text size="sm" c="dimmed">
            {words.fileIsAudited}
          </Text>
        </Group>
      )}
      {fetching.isError && <ProblemAlert error={fetching.error} />}
    </Card>
  );
}

function Acts({ certificate: { serial, possible: acts } }: { certificate: CertificateDetail }): ReactNode {
  const { certificates: words, kind, reissue } = useWords();
  const me = useMe();
  return (
    <Card title={words.acts}>
      {acts.length === 0 ? (
        <Text c="dimmed">{words.noActs}</Text>
      ) : me.is('operator') ? (
        <ActButtons kinds={acts} selection={{ serials: [serial] }} count={1} />
      ) : (
        <Text c="dimmed">
          {acts.map((act) => kind[act]).join(', ')}. {reissue.readOnly}
        </Text>
      )}
    </Card>
  );
}
