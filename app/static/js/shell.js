// The rail's figures and fold, and the panels that are fetched when they are opened.
import { toast } from './toasts.js';

const EVERY = 45_000;
const YEAR_SECONDS = 31_536_000;
const shell = document.getElementById('shell');
const fold = document.querySelector('[data-rail-fold]');
const bells = [...document.querySelectorAll('[data-bell]')];
let next;

export function foldRail() {
  const isNarrow = shell.classList.toggle('is-narrow');
  fold.setAttribute('aria-expanded', String(!isNarrow));
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `rail=${isNarrow ? 'narrow' : 'wide'}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}

// At a place, or in all places of a group that is closed.
function waitingAt(link, places) {
  const within = link.matches('summary') ? [...link.parentElement.querySelectorAll('a')] : [link];
  return within.reduce((sum, one) => sum + (places[one.getAttribute('href')] ?? 0), 0);
}

function show(news) {
  for (const link of document.querySelectorAll('.rail-groups .rail-link')) {
    const number = waitingAt(link, news.places);
    const count = link.querySelector('.rail-count');
    if (!number) { count?.remove(); continue; }
    const shown = count ?? link.appendChild(Object.assign(document.createElement('span'), { className: 'rail-count' }));
    shown.textContent = number;
  }
  for (const bell of bells) {
    const count = bell.querySelector('.bell-count');
    count.textContent = news.unread > 99 ? '99+' : news.unread || '';
    count.hidden = !news.unread;
    bell.setAttribute('aria-label', news.unread ? bell.dataset.many.replace('#', news.unread) : bell.dataset.label);
  }
}

async function ask() {
  clearTimeout(next);
  if (document.hidden) return;
  try {
    const answer = await fetch('/shell/news', { credentials: 'same-origin', headers: { Accept: 'application/json' } });
    if (answer.status === 401 || answer.redirected) { toast(document.querySelector('[data-toasts]').dataset.ended, 'warn'); return; }
    if (answer.ok) show(await answer.json());
  } catch { /* The network is away: the next turn asks again. */ }
  next = setTimeout(ask, EVERY);
}

async function fetchPanel(panel, from) {
  const answer = await fetch(from, { credentials: 'same-origin' });
  if (!answer.ok || answer.redirected) throw new Error('not answered');
  const found = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const piece = found.querySelector('[data-piece]') ?? found.body;
  if (found.querySelector('[data-piece]')) panel.dataset.piece = '';
  panel.replaceChildren(...[...piece.childNodes].map((one) => document.adoptNode(one)));
  for (const here of panel.querySelectorAll('[data-here]')) here.value = location.pathname + location.search;
  panel.showPopover();
  panel.querySelector('button, a')?.focus();
}

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-panel], a[data-bell]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const panel = document.getElementById(link.dataset.panel ?? 'told');
  if (!panel) return;
  event.preventDefault();
  if (panel.matches(':popover-open')) { panel.hidePopover(); return; }
  panel.opener = link;
  fetchPanel(panel, link.dataset.from ?? '/notifications/panel').catch(() => location.assign(link.href));
});

for (const panel of document.querySelectorAll('.is-panel[popover]')) {
  panel.addEventListener('toggle', (event) => { if (event.newState === 'closed' && panel.contains(document.activeElement)) panel.opener?.focus(); });
}

if (fold) {
  fold.hidden = false;
  fold.addEventListener('click', foldRail);
}
if (bells.length) {
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
  ask();
}
