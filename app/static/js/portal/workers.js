// The service worker: registered here, asked to send later, and told of the page that stands without signal.
import * as store from './store.js';

export const SHELL = 'starline-phone-shell';
let ready;

export function readyWorker() {
  if (!navigator.serviceWorker) return;
  const options = { scope: '/my', updateViaCache: 'none' };
  ready = navigator.serviceWorker.register('/service-worker.js?module', { ...options, type: 'module' })
    .catch(() => navigator.serviceWorker.register('/service-worker.js', options))
    .catch(() => undefined);
  if (document.body.dataset.page !== 'shell') keepShell();
}

// Kept anew whenever the language, the brand or the files changed.
async function keepShell() {
  const version = document.body.dataset.shell;
  if ((await store.get('meta', 'shell')) === version) return;
  try {
    const answer = await fetch('/my/shell', { cache: 'no-store' });
    if (!answer.ok) return;
    await (await caches.open(SHELL)).put('/my/shell', answer);
    await store.put('meta', version, 'shell');
  } catch {
    // Without signal there is nothing newer to be had.
  }
}

// Lets the browser send once there is signal, even with every page closed. Not every browser can.
export async function wakeWorker() {
  try {
    const worker = await navigator.serviceWorker?.getRegistration('/my');
    await worker?.sync?.register('starline-acts');
  } catch {
    // Then the next page that is opened sends.
  }
}
