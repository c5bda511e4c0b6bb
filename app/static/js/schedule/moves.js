// Moves of visits: sent, shown, taken back. What a rule blocks opens the visit's dialog, which asks why all the same.
import { toast } from '../toasts.js';
import * as talk from './talk.js';
import { cardOf, draw, rove } from './draw.js';
import { clockOf, DAY, dayOf, daySaid, moved, people, rowOf, say, timeSaid, told, visits, words } from './model.js';

const done = [];
const busy = new Set();
export const isBusy = () => busy.size > 0;

// The body of a move to wall-clock minutes `start` and `end` and to the caregiver `to` (null for nobody).
export function wish(visit, start, end, to) {
  const body = {};
  if (start !== visit.start) body.day = dayOf(Math.floor(start / DAY));
  if (start !== visit.start || end !== visit.end) Object.assign(body, { starts_time: clockOf(start), ends_time: clockOf(end) });
  if (to !== undefined && (visit.caregiver?.id ?? null) !== to) body.staff_member_id = to;
  return body;
}

function sentence(visit, body) {
  const values = { client: visit.client.name, when: `${daySaid(visit.start)}, ${timeSaid(visit.start)}`, caregiver: visit.caregiver?.name };
  if ('staff_member_id' in body) return say(body.staff_member_id ? words.given : words.opened, values);
  return say(words.moved, values);
}

// Sends the move; answers whether it was done. `refused(answer)` is called where the server says no.
export async function move(visit, body, { isUndo = false, refused } = {}) {
  if (!Object.keys(body).length) return true;
  const before = { start: visit.start, end: visit.end, caregiver: visit.caregiver?.id ?? null, row: rowOf(visit) };
  busy.add(visit.id);
  cardOf(visit.id)?.classList.add('is-moving');
  const answer = await talk.move(visit, body);
  busy.delete(visit.id);
  cardOf(visit.id)?.classList.remove('is-moving');
  if (!answer.ok) {
    fail(visit, answer, refused);
    return false;
  }
  moved(visit, answer.body);
  draw(new Set([before.row, rowOf(visit)]));
  const card = cardOf(visit.id);
  rove(card);
  card?.focus({ preventScroll: true });
  card?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  if (isUndo) {
    toast(words.undone);
    return true;
  }
  const back = () => undo(entry);
  const entry = { id: visit.id, before };
  done.push(entry);
  const warned = answer.body.result.filter((one) => one.effect === 'warn').map((one) => one.sentence);
  toast([sentence(visit, body), ...warned].join(' '), 'good', { act: back, label: words.undo });
  return true;
}

function fail(visit, answer, refused) {
  if (answer.status === 412) {
    toast(words.stale, 'warn');
    dispatchEvent(new CustomEvent('schedule:reload'));
  } else if (answer.status === 0) {
    toast(words.notSent, 'bad');
  } else if (refused) {
    refused(answer.body);
  } else {
    toast(answer.body.message ?? words.refused, 'bad');
  }
}

// Takes a move back: the newest, or the one that is named.
export async function undo(entry = done.at(-1)) {
  if (!entry || !done.includes(entry)) return;
  done.splice(done.indexOf(entry), 1);
  const visit = visits.get(entry.id);
  const { start, end, caregiver } = entry.before;
  if (visit) await move(visit, { ...wish(visit, start, end, caregiver), override_reason: words.undone }, { isUndo: true });
}

// Where a card may be put down: an empty lane is `open`, another client's row is none.
export function target(visit, row) {
  if (told.by === 'client') return row === visit.client.id ? undefined : false;
  return row === 'open' ? null : people.has(row) ? row : false;
}
