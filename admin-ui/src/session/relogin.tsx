import { Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import * as queries from '../api/queries.ts';
import { text } from '../text/catalogue.ts';
import { Credentials } from './credentials.tsx';

/** The session ended under somebody's hands: log in on top of the page, so that nothing on it is lost. */
export function Relogin({ onDone }: { onDone: () => void }) {
  const client = useQueryClient();
  const email = client.getQueryData(queries.me().queryKey)?.user.email;
  const done = () => {
    void client.invalidateQueries();
    onDone();
  };
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={text.session.login.title}>
      <Text mb="md">{text.session.login.expired}</Text>
      <Credentials email={email ?? ''} onDone={done} />
    </Modal>
  );
}
