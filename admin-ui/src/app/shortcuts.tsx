import { Kbd, Modal, Title } from '@mantine/core';
import { Fragment } from 'react';
import { text } from '../text/catalogue.ts';
import { shortcuts as t } from '../text/palette.ts';
import { GO } from './go.ts';
import css from './shortcuts.module.css';

/** The keys that do something, and what they do. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  const isMac = /mac/i.test(navigator.userAgent);
  return (
    <Modal opened onClose={onClose} title={<strong>{t.title}</strong>} size="lg">
      <div className={css.columns}>
        <section>
          <Title order={3}>{t.everywhere}</Title>
          <dl className={css.list}>
            {t.list.map(({ keys, does }) => (
              <Fragment key={does}>
                <dt>{does}</dt>
                <dd>
                  {keys.map((key) => (
                    <Kbd key={key}>{key === 'mod' ? (isMac ? '⌘' : 'Ctrl') : key}</Kbd>
                  ))}
                </dd>
              </Fragment>
            ))}
          </dl>
        </section>
        <section>
          <Title order={3}>{t.go}</Title>
          <dl className={css.list}>
            {GO.map(({ name, letter }) => (
              <Fragment key={name}>
                <dt>{text.app.nav[name]}</dt>
                <dd>
                  <Kbd>G</Kbd> <span className="muted">{t.next}</span> <Kbd>{letter.toUpperCase()}</Kbd>
                </dd>
              </Fragment>
            ))}
          </dl>
        </section>
      </div>
    </Modal>
  );
}
