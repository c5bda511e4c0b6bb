// The schedule board: loads the days, draws them, keeps them true while others work, and listens to mouse and keys.
import { toast } from '../toasts.js';
import './agenda.js';
import * as talk from './talk.js';
import { openVisit } from './dialog.js';
import { isDragging } from './drag.js';
import { colorServices, draw, filterBy, flash, rove, scrollToWork } from './draw.js';
import { forgetVisits, rowOf, say, take, told, visits, words } from './model.js';
import { isBusy, undo } from './moves.js';

const EVERY = 4000;
const WHOLE_EVERY = 300000;
const AWAY = 300000;

const place = document.querySelector('[data-schedule]');
const status = document.querySelector('[data-said]');
const find = document.querySelector('[data-find-row]');
let mark;
let wholeAt = 0;
let touched = Date.now();

function show(sentence, isProblem) {
  const line = place.querySelector('[data-state]');
  line.textContent = sentence;
  line.hidden = !sentence;
  line.classList.toggle('is-bad', Boolean(isProblem));
  place.setAttribute('aria-busy', String(Boolean(sentence) && !isProblem));
}

async function load() {
  const answer = await talk.days();
  if (!answer.ok) {
    show(answer.status === 401 || answer.status === 403 ? words.refused : words.failed, true);
    if (answer.status !== 401 && answer.status !== 403) setTimeout(load, EVERY);
    return;
  }
  forgetVisits();
  take(answer.body);
  mark = answer.body.mark;
  wholeAt = Date.now();
  colorServices();
  const isFirst = !place.dataset.loaded;
  place.dataset.loaded = String(visits.size);
  draw();
  show('');
  if (isFirst) scrollToWork();
}

// What others have changed since. Without a hand on mouse or keys nothing is asked, so that a board left open on a wall
// doesn't keep anybody signed in.
async function news() {
  if (!mark || document.hidden || isDragging() || isBusy() || Date.now() - touched > AWAY) return;
  if (Date.now() - wholeAt > WHOLE_EVERY) { await load(); return; }
  const answer = await talk.days(mark);
  if (!answer.ok || isDragging() || isBusy()) return;
  const before = new Map([...visits.values()].map((one) => [one.id, rowOf(one)]));
  const services = answer.body.services.length;
  const changed = take(answer.body);
  mark = answer.body.mark;
  if (!changed.length) return;
  if (services) colorServices();
  draw(new Set(changed.flatMap((id) => [before.get(id), rowOf(visits.get(id))]).filter((row) => row !== undefined)));
  flash(changed);
  status.textContent = say(words.changedByOthers, { number: changed.length });
}

function step(card, key) {
  const row = card.closest('[data-row]');
  const cards = [...row.querySelectorAll('.s-visit')];
  if (key === 'ArrowRight' || key === 'ArrowLeft') return cards[cards.indexOf(card) + (key === 'ArrowRight' ? 1 : -1)];
  const rows = [...place.querySelectorAll('[data-row]')].filter((one) => one.querySelector('.s-visit'));
  const next = rows[rows.indexOf(row) + (key === 'ArrowDown' ? 1 : -1)];
  const left = card.getBoundingClientRect().left;
  const far = (one) => Math.abs(one.getBoundingClientRect().left - left);
  return next && [...next.querySelectorAll('.s-visit')].sort((one, other) => far(one) - far(other))[0];
}

place.addEventListener('keydown', (event) => {
  const card = event.target.closest('.s-visit');
  if (!card || !event.key.startsWith('Arrow') || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const next = step(card, event.key);
  if (!next) return;
  rove(next);
  next.focus();
});

place.addEventListener('click', (event) => {
  const card = event.target.closest('.s-visit, .s-line');
  if (card && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openVisit(visits.get(card.dataset.visit));
  }
});

// A double click on an empty place plans a visit there.
place.addEventListener('dblclick', (event) => {
  const cell = event.target.closest('.s-cell');
  if (!cell || event.target.closest('.s-visit') || !told.mayAdd) return;
  const row = cell.closest('[data-row]').dataset.row;
  const day = told.heads[[...cell.parentElement.querySelectorAll('.s-cell')].indexOf(cell)].day;
  const asked = new URLSearchParams({ starts_at: `${day}T09:00`, ends_at: `${day}T11:00`, back: location.pathname + location.search });
  if (row !== 'open') asked.set(told.by === 'client' ? 'client_id' : 'staff_member_id', row);
  location.assign(`/visits/add?${asked}`);
});

addEventListener('keydown', (event) => {
  const isTyping = event.target.closest?.('input, textarea, select, dialog[open]');
  if (isTyping || isDragging()) return;
  if ((event.ctrlKey || event.metaKey) && event.key === 'z') { event.preventDefault(); undo(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { '[': 'before', ']': 'after', t: 'now' }[event.key];
  const link = way && document.querySelector(`[data-way=${way}]`);
  if (link) { event.preventDefault(); link.click(); }
});

find?.addEventListener('input', () => { filterBy(find.value); draw(); });
find?.form.addEventListener('submit', (event) => event.preventDefault());
for (const select of document.querySelectorAll('[data-at-once] select')) select.addEventListener('change', () => select.form.requestSubmit());
for (const button of document.querySelectorAll('[data-print]')) button.addEventListener('click', () => print());

const copy = document.querySelector('[data-copy-dialog]');
for (const button of document.querySelectorAll('[data-copy-week]')) {
  button.addEventListener('click', () => { button.closest('details').open = false; copy.showModal(); });
}
copy?.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const { first, to, keeps_caregivers: keeps } = event.target.elements;
  const answer = await talk.copyWeek({ first: first.value, to: to.value, keeps_caregivers: keeps.checked });
  const problem = copy.querySelector('[data-problem]');
  problem.hidden = answer.ok;
  problem.textContent = answer.ok ? '' : Object.values(answer.body.errors ?? {}).flat()[0] ?? answer.body.message ?? words.notSent;
  if (!answer.ok) return;
  copy.close();
  const { made, opened, present, refused } = answer.body;
  const said = [say(words.copied, { made: made.length, present })];
  if (opened) said.push(say(words.copiedOpen, { opened }));
  if (refused.length) said.push(say(words.copiedRefused, { refused: refused.length, why: refused[0].sentence }));
  const back = async () => {
    const taken = await talk.takeBack(made);
    toast(taken.ok ? words.copiesGone : taken.body.message ?? words.notSent, taken.ok ? 'good' : 'bad');
    await load();
  };
  toast(said.join(' '), refused.length ? 'warn' : 'good', made.length ? { act: back, label: words.undo } : undefined);
  await load();
});
for (const button of copy?.querySelectorAll('[data-close]') ?? []) button.addEventListener('click', () => copy.close());

for (const kind of ['pointermove', 'keydown', 'focus']) addEventListener(kind, () => { touched = Date.now(); }, { passive: true });
addEventListener('schedule:reload', load);
document.addEventListener('visibilitychange', () => { if (!document.hidden) news(); });
setInterval(() => news().catch(() => {}), EVERY);
show(words.loading);
load();
