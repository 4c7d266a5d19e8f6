import { Button } from '@mantine/core';
import { IconArchive, IconArchiveOff, IconPlayerStop, IconPower, IconTag } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import type { FlagRow } from '../../api/resources.ts';
import { text } from '../../text/catalogue.ts';
import { count } from '../../text/format.ts';
import type { Bulk } from './bulk.ts';
import css from './page.module.css';

const BulkDialog = lazy(() => import('./bulk-dialog.tsx').then((m) => ({ default: m.BulkDialog })));
const t = text.flags.list.bulk;

interface Props {
  readonly project: string;
  readonly rows: readonly FlagRow[];
  readonly tags: readonly string[];
  readonly archived: boolean;
  readonly mayState: boolean;
  readonly mayFlag: boolean;
  onClear(): void;
}

/** What can be done with the chosen flags, all in one change with one diff. */
export function BulkBar({ project, rows, tags, archived, mayState, mayFlag, onClear }: Props) {
  const [kind, setKind] = useState<Bulk['kind'] | null>(null);
  const button = (to: Bulk['kind'], label: string, icon: React.ReactNode) => (
    <Button size="xs" variant="default" leftSection={icon} onClick={() => setKind(to)}>
      {label}
    </Button>
  );
  return (
    <section className={css.bulk} aria-label={t.label}>
      <strong role="status">{t.chosen(count(rows.length))}</strong>
      {mayState && !archived && button('on', t.on, <IconPower size={14} />)}
      {mayState && !archived && button('off', t.off, <IconPlayerStop size={14} />)}
      {mayFlag && button('tags', t.tags, <IconTag size={14} />)}
      {mayFlag && !archived && button('archive', t.archive, <IconArchive size={14} />)}
      {mayFlag && archived && button('unarchive', t.unarchive, <IconArchiveOff size={14} />)}
      <Button size="xs" variant="subtle" ml="auto" onClick={onClear}>
        {t.clear}
      </Button>
      <Suspense fallback={null}>
        {kind && (
          <BulkDialog
            project={project}
            rows={rows}
            tags={tags}
            kind={kind}
            onClose={(done) => {
              setKind(null);
              if (done) onClear();
            }}
          />
        )}
      </Suspense>
    </section>
  );
}
