import type { Page } from 'playwright-core';

/** What stands out of the right edge of the window, so that a page would scroll sideways. */
export const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const parts = [...document.querySelectorAll('main *, [role="dialog"] *')];
    const beyond = parts.filter((part) => part.getBoundingClientRect().right > innerWidth + 1);
    return beyond.filter((part) => !part.closest('svg')).map((part) => part.outerHTML.slice(0, 120));
  });
