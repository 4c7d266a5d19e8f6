import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { environments, tokens as tokensQuery } from '../api/environments.ts';
import { Failure } from '../app/feedback.tsx';
import { lastProject } from '../app/last-project.ts';
import { useMay } from '../app/permissions.ts';
import { Part } from '../app/screen.tsx';
import { TokenPanel } from '../environments/token-panel.tsx';
import { TokenTable } from '../environments/token-table.tsx';
import { environments as environmentTexts } from '../text/environments.ts';
import { profile } from '../text/people.ts';

const t = profile.tokens;

/** Tokens for more than one environment that somebody made. */
export function OwnTokens({ user }: { user: string }) {
  const may = useMay();
  const allowed = may('token:read');
  const [making, setMaking] = useState(false);
  const project = lastProject() ?? '';
  const { data, error, refetch } = useQuery({ ...tokensQuery(), enabled: allowed });
  const { data: places = [] } = useQuery({ ...environments(project), enabled: making && project !== '' });
  if (!allowed) {
    return (
      <Part title={t.title} lead={t.noAccess}>
        {null}
      </Part>
    );
  }
  const own = data?.filter((token) => token.createdBy === user && token.kind === 'admin');
  const create = may('token:write') && (
    <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setMaking(true)}>
      {t.create}
    </Button>
  );
  return (
    <Part title={t.title} lead={t.lead} actions={create}>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={34} m="md" />}
      {own && (
        <TokenTable
          label={t.title}
          tokens={own}
          none={t.none}
          where={({ project: in_, environment }) =>
            in_ === null ? environmentTexts.keys.everyProject : environment === null ? in_ : `${in_} · ${environment}`
          }
        />
      )}
      {making && <TokenPanel project={project} places={places} environment={null} onClose={() => setMaking(false)} />}
    </Part>
  );
}
