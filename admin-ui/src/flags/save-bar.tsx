import type { Flag } from '@burgee/server/api';
import { Button, Group } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { StateRow } from '../api/resources.ts';
import { text } from '../text/catalogue.ts';
import { page } from '../text/flag-page.ts';
import { isWhole } from './conditions.ts';
import { difference } from './difference.ts';
import type { DraftHandle } from './draft.ts';
import { Moved } from './moved.tsx';
import css from './save-bar.module.css';
import { SaveDialog } from './save-dialog.tsx';

const ScheduleDialog = lazy(() => import('./schedule/dialog.tsx').then((m) => ({ default: m.ScheduleDialog })));
const t = text.flags.changes;

/** What is changed and not saved, and the ways on: save it, give it a time, drop it. */
export function SaveBar({ flag, row, draft }: { flag: Flag; row: StateRow; draft: DraftHandle }) {
  const [doing, setDoing] = useState<'save' | 'schedule' | null>(null);
  const lines = difference(draft.base, draft.targeting);
  const whole = draft.targeting.rules.every(({ when }) => isWhole(when));
  const blocked = draft.moved !== null || !whole;
  return (
    <section className={css.bar} aria-label={t.bar(lines.length)}>
      <div className={css.said}>
        <strong role="status">{t.bar(lines.length)}</strong>
        {draft.recovered && <span className="muted">{t.restored}</span>}
        {!whole && <span className={css.wrong}>{t.unfinished}</span>}
      </div>
      {draft.moved && <Moved draft={draft} />}
      <Group gap="xs" ml="auto">
        <Button variant="default" onClick={draft.discard}>
          {t.discard}
        </Button>
        <Button variant="default" onClick={() => setDoing('schedule')} disabled={blocked}>
          {page.schedule.draft}
        </Button>
        <Button onClick={() => setDoing('save')} disabled={blocked}>
          {t.review}
        </Button>
      </Group>
      {doing === 'save' && <SaveDialog flag={flag} row={row} draft={draft} onClose={() => setDoing(null)} />}
      <Suspense fallback={null}>
        {doing === 'schedule' && (
          <ScheduleDialog
            flag={flag}
            row={row}
            draft={{ base: draft.base, targeting: draft.targeting }}
            onDone={draft.discard}
            onClose={() => setDoing(null)}
          />
        )}
      </Suspense>
    </section>
  );
}
