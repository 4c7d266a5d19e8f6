/** The shop's page: a checkout that follows its flag while somebody looks at it. */
import { createClient } from '@burgee/client-sdk/browser';
import { BurgeeProvider, Flag, useFlag } from '@burgee/client-sdk/react';
import { createRoot } from 'react-dom/client';

/** What the shop's server wrote into the page. */
const { url, key, user } = JSON.parse(document.querySelector('#settings')?.textContent ?? '');
const flags = createClient({ url, key, app: 'shop-page', context: { targetingKey: user } });

function Checkout() {
  const isNew = useFlag('new-checkout', false);
  return (
    <main data-checkout={isNew ? 'new' : 'old'}>
      <h1>{isNew ? 'Pay with one click' : 'Checkout, step 1 of 3'}</h1>
      <p>Foul-weather jacket, 189 €</p>
      <Flag name="new-checkout" fallback={<button type="button">Enter an address</button>}>
        <button type="button">Pay 189 €</button>
      </Flag>
    </main>
  );
}

const root = document.querySelector('#shop');
if (root !== null)
  createRoot(root).render(
    <BurgeeProvider client={flags}>
      <Checkout />
    </BurgeeProvider>,
  );
