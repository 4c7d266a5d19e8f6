import type { Flag } from '@burgee/server/api';
import { ActionIcon, Button, Skeleton, Title } from '@mantine/core';
import { IconClockPlus, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { cancelScheduled } from '../../api/changes.ts';
import * as queries from '../../api/queries.ts';
import type { ScheduledRow, StateRow } from '../../api/resources.ts';
import { Failure } from '../../app/feedback.tsx';
import { useNow } from '../../app/now.ts';
import { useMay } from '../../app/permissions.ts';
import { sayDone } from '../../app/toast.ts';
import { page } from '../../text/flag-page.ts';
import { exactTime, shortTime, until } from '../../text/format.ts';
import css from './card.module.css';
import { scheduledWords } from './scheduled-words.ts';

const ScheduleDialog = lazy(() => import('./dialog.tsx').then((m) => ({ default: m.ScheduleDialog })));
const t = page.schedule;
const MOST_OVER = 3;

/** Changes that wait for their time, what became of the last ones, and the way to add or cancel one. */
export function ScheduleCard({ flag, row }: { flag: Flag; row: StateRow }) {
  const { project, environment } = row.state;
  const { data, error, refetch } = useQuery(queries.schedule(project, environment, flag.key));
  const [adding, setAdding] = useState(false);
  const may = useMay();
  const mayWrite = may('state:write') && !flag.archived;
  const waiting = data?.filter(({ state }) => state === 'waiting') ?? [];
  const over = (data?.filter(({ state }) => state !== 'waiting') ?? []).slice(-MOST_OVER).reverse();
  return (
    <section className={`card ${css.card}`}>
      <header className={css.head}>
        <Title order={2}>{t.title}</Title>
        {mayWrite && (
          <Button size="compact-xs" variant="default" leftSection={<IconClockPlus size={14} />} onClick={() => setAdding(true)}>
            {t.add}
          </Button>
        )}
      </header>
      {error && !data && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Skeleton height={36} mt={8} />}
      {data && waiting.length === 0 && over.length === 0 && <p className={css.none}>{t.none}</p>}
      <ul className={css.list}>
        {waiting.map((one) => (
          <Waiting key={one.id} one={one} row={row} mayCancel={mayWrite} />
        ))}
        {over.map((one) => (
          <li key={one.id} data-state={one.state}>
            <span>{scheduledWords(one, row.state.rules)}</span>
            <span className={css.when}>{one.outcome}</span>
          </li>
        ))}
      </ul>
      <Suspense fallback={null}>{adding && <ScheduleDialog flag={flag} row={row} onClose={() => setAdding(false)} />}</Suspense>
    </section>
  );
}

function Waiting({ one, row, mayCancel }: { one: ScheduledRow; row: StateRow; mayCancel: boolean }) {
  const now = useNow(10_000);
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelScheduled(one),
    onSuccess: () => sayDone(t.cancelled),
    onSettled: () => void client.invalidateQueries({ queryKey: ['schedule', one.project] }),
  });
  const words = scheduledWords(one, row.state.rules);
  return (
    <li>
      <span className={css.said}>
        {words}
        <span className={css.when}>
          <time title={exactTime(one.at)}>
            {shortTime(one.at)}, {until(one.at, now)}
          </time>{' '}
          · {one.by.name} · “{one.reason}”
        </span>
      </span>
      {mayCancel && (
        <ActionIcon
          variant="subtle"
          color="gray"
          loading={cancel.isPending}
          aria-label={t.cancel(words)}
          title={t.cancel(words)}
          onClick={() => cancel.mutate()}
        >
          <IconX size={15} />
        </ActionIcon>
      )}
    </li>
  );
}
