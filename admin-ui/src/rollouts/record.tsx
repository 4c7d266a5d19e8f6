import type { RolloutView } from '@burgee/server/api';
import { Anchor, Button, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, request } from '../api/client.ts';
import { explain } from '../app/toast.ts';
import { count } from '../text/format.ts';
import { exports as t } from '../text/preview.ts';
import css from './page.module.css';

interface Replay {
  readonly agrees: boolean;
  readonly batches: number;
  readonly decisions: number;
  readonly differences: readonly unknown[];
}

/** The evidence to take away, and the proof that the decisions follow from it. */
export function Record({ rollout: { project, environment, id } }: { rollout: RolloutView }) {
  const path = api('projects', project, 'environments', environment, 'rollouts', id);
  const replay = useMutation({ mutationFn: () => request<Replay>('GET', `${path}/replay`), meta: { quiet: true } });
  const { data, error } = replay;
  return (
    <section className={`card ${css.part}`}>
      <Title order={2}>{t.title}</Title>
      <div className={css.record}>
        <Anchor href={`${path}/evidence?format=csv`} download fz="sm">
          {t.csv}
        </Anchor>
        <Anchor href={`${path}/evidence?format=json`} download={`evidence-${id}.json`} fz="sm">
          {t.json}
        </Anchor>
        <Button size="compact-sm" variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
          {t.replay}
        </Button>
      </div>
      <p role="status" className={css.replayed} data-bad={(data && !data.agrees) || error !== null}>
        {data && (data.agrees ? t.agrees(count(data.batches), count(data.decisions)) : t.differs(count(data.differences.length)))}
        {error && explain(error)}
      </p>
    </section>
  );
}
