// The dialog of a visit: all about it, and a plain form that does what dragging does.
import * as talk from './talk.js';
import { describe } from './draw.js';
import { clockOf, DAY, dayNumber, dayOf, isPlanned, minuteOf, people, told, visits, words } from './model.js';
import { move, wish } from './moves.js';

const dialog = document.querySelector('[data-visit-dialog]');
const form = dialog.querySelector('form');
const field = (name) => form.elements[name];
const part = (name) => dialog.querySelector(`[data-${name}]`);
const WAIT = 250;
let shown;
let timer;
let asking;

function options(chosen) {
  const select = field('caregiver');
  const everybody = [...people.values()].filter((one) => one.discipline !== undefined || one.id === chosen);
  select.replaceChildren(new Option(words.open, ''), ...everybody.map((one) => new Option(one.name, one.id)));
  select.value = chosen ?? '';
}

// The minutes and the caregiver that the form names.
function wanted() {
  const day = dayNumber(field('day').value) * DAY;
  const start = day + minuteOf(field('starts_time').value);
  const to = minuteOf(field('ends_time').value);
  return { start, end: day + to + (to <= start - day ? DAY : 0), to: field('caregiver').value || null };
}

const isWhole = () => ['day', 'starts_time', 'ends_time'].every((name) => field(name).value);

function list(found, isAsked = true) {
  const said = part('findings');
  said.replaceChildren(...found.map((one) => {
    const line = document.createElement('li');
    line.className = one.effect === 'block' ? 'is-bad' : 'is-warn';
    line.textContent = one.sentence;
    return line;
  }));
  if (!found.length && isAsked) said.append(Object.assign(document.createElement('li'), { className: 'is-good', textContent: words.free }));
  const needsReason = found.some((one) => one.effect === 'block');
  part('reason').hidden = !needsReason;
  field('override_reason').required = needsReason;
}

async function look() {
  if (!isWhole()) return;
  asking?.abort();
  asking = new AbortController();
  const { start, end, to } = wanted();
  const asked = Object.fromEntries(Object.entries(wish(shown, start, end, to)).filter(([, value]) => value));
  const mine = shown;
  const answer = await talk.conflicts(shown, asked, asking.signal).catch(() => undefined);
  if (!answer?.ok || shown !== mine || !dialog.open) return;
  const isTakenOff = !to && shown.caregiver;
  list(isTakenOff ? answer.body.result.filter((one) => ['client_status', 'double_cover', 'plan'].includes(one.rule)) : answer.body.result);
}

// Shows the visit. `tried`: a move that was refused, {body, answer}, to be said and asked about.
export function openVisit(visit, tried) {
  shown = visit;
  const may = told.mayEdit && isPlanned(visit);
  part('title').textContent = visit.client.name;
  part('about').textContent = describe(visit);
  part('fixed').hidden = may;
  part('form').hidden = !may;
  part('record').href = `/visits/show/${visit.id}`;
  part('series').href = `/visits/${visit.id}/series`;
  part('series').hidden = !may || !visit.repeats;
  part('off').href = `/visits/${visit.id}/call-off`;
  part('off').hidden = !may;
  for (const link of dialog.querySelectorAll('[data-match]')) {
    link.href = `/visits/${visit.id}/match`;
    link.hidden = !may || Boolean(visit.caregiver);
  }
  const body = tried?.body ?? {};
  field('day').value = body.day ?? dayOf(Math.floor(visit.start / DAY));
  field('starts_time').value = body.starts_time ?? clockOf(visit.start);
  field('ends_time').value = body.ends_time ?? clockOf(visit.end);
  options('staff_member_id' in body ? body.staff_member_id : visit.caregiver?.id);
  field('override_reason').value = '';
  part('problem').hidden = !tried;
  part('problem').textContent = tried?.answer.message ?? '';
  list([], false);
  dialog.showModal();
  if (may) look();
  if (tried) { part('reason').hidden = false; field('override_reason').focus(); }
}

form.addEventListener('input', (event) => {
  if (event.target.name === 'override_reason') return;
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const visit = visits.get(shown.id);
  const { start, end, to } = wanted();
  const reason = field('override_reason').value.trim();
  const body = { ...wish(visit, start, end, to), ...(reason ? { override_reason: reason } : {}) };
  const button = form.querySelector('[type=submit]');
  button.disabled = true;
  const isDone = await move(visit, body, { refused: (answer) => {
    part('problem').hidden = false;
    part('problem').textContent = answer.message ?? words.refused;
    if (answer.code === 'conflicts') { part('reason').hidden = false; field('override_reason').focus(); }
  } });
  button.disabled = false;
  if (isDone) dialog.close();
});

for (const button of dialog.querySelectorAll('[data-close]')) button.addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => [...document.querySelectorAll(`[data-visit="${shown?.id}"]`)].find((one) => one.checkVisibility())?.focus({ preventScroll: true }));
