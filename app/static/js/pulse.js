// A page that others change too: while somebody works on it, ask now and then whether it is still the newest.
// Without a hand on mouse or keys nothing is asked, so that a page left open doesn't keep anybody signed in.
const EVERY = 15000;
const AWAY = 300000;
let touched = Date.now();
for (const kind of ['pointermove', 'keydown', 'focus']) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });

const place = () => document.querySelector('[data-pulse]');
const isBusy = () => document.querySelector('.is-carried, .is-moving, [data-pulse] select:focus') !== null;

async function draw() {
  const answer = await fetch(location.href, { credentials: 'same-origin' });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-pulse]');
  if (!fresh || isBusy()) return;
  const card = document.activeElement?.closest('[data-card]')?.dataset.card;
  place().replaceWith(fresh);
  // The buttons that only a page without scripts needs.
  for (const button of fresh.querySelectorAll('[data-move] + button')) button.hidden = true;
  if (card) document.querySelector(`[data-card="${card}"] a`)?.focus();
}

async function ask() {
  if (!place() || document.hidden || isBusy() || Date.now() - touched > AWAY) return;
  const answer = await fetch(place().dataset.pulse, { credentials: 'same-origin' });
  if (!answer.ok || answer.redirected) return;
  const { mark } = await answer.json();
  if (mark !== place().dataset.mark) await draw();
}

setInterval(() => ask().catch(() => {}), EVERY);
