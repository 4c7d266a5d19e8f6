import { Notifications, notifications } from '@mantine/notifications';
import { useEffect } from 'react';
import { text } from '../text/catalogue.ts';
import { showToasts } from './toast.ts';

/** The corner where things are said. */
export function Toaster() {
  useEffect(
    () => showToasts((toast) => notifications.show({ ...toast, closeButtonProps: { 'aria-label': text.app.close } })),
    [],
  );
  return <Notifications position="top-right" limit={3} />;
}
