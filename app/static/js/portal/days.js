// The days on this phone, with what was done and isn't sent yet laid over them.
import * as store from './store.js';
import * as vault from './vault.js';
import { say } from './words.js';

const SOON = 12 * 3600000;

// Only a phone with a PIN keeps days: without one, whoever has the phone could open them.
export async function keep(days) {
  if (!(await vault.hasPin(days.user))) return;
  const before = await load();
  const codes = new Map((before?.visits ?? []).filter((one) => one.door_code).map((one) => [one.id, one.door_code]));
  for (const one of days.visits) if (one.has_door_code && codes.has(one.id)) one.door_code = codes.get(one.id);
  const { csrf_token: token, ...plain } = days;
  await store.put('days', await vault.seal(plain), 'days');
}

export async function load() {
  return vault.unseal(await store.get('days', 'days'));
}

export async function keepDoorCode(visitId, code) {
  const days = await load();
  const visit = days?.visits.find((one) => one.id === visitId);
  if (!visit) return;
  visit.door_code = code;
  await store.put('days', await vault.seal(days), 'days');
}

function timeIn(visit, instant) {
  const how = { hour: 'numeric', minute: '2-digit', timeZone: visit.zone };
  const language = document.documentElement.lang;
  return new Intl.DateTimeFormat(`${language}-US`, how).format(new Date(instant));
}

const DOING = {
  clock_in(visit, act) { visit.clocked_in ||= timeIn(visit, act.happened_at); visit.came = true; },
  clock_out(visit, act) { visit.clocked_out ||= timeIn(visit, act.happened_at); visit.left = true; },
  task(visit, act) {
    const task = visit.tasks.find((one) => one.id === act.task_id);
    if (!task) return;
    Object.assign(task, { outcome: act.outcome, reason: act.text || '', is_open: false, is_done: act.outcome === 'done', is_left: act.outcome !== 'done' });
    task.outcome_label = { done: say('done'), refused: say('refused'), not_needed: say('notNeeded') }[act.outcome];
  },
  note(visit, act) { visit.written_note = act.text; },
  mileage(visit, act) { visit.miles = act.miles; },
  signature(visit, act) { visit.signed_by = act.name; },
  photo(visit) { visit.photos += 1; },
};

// The days with the acts laid over: what the pages show.
export function withActs(days, acts) {
  const shown = structuredClone(days);
  for (const act of acts) {
    const visit = shown.visits.find((one) => one.id === act.visit_id);
    // What the office has to look at first is as the server says, not as it was meant here.
    if (visit && ['waiting', 'kept'].includes(act.state)) DOING[act.kind]?.(visit, act);
  }
  for (const visit of shown.visits) judge(visit);
  return shown;
}

function judge(visit) {
  if (visit.is_void) return;
  visit.is_done ||= Boolean(visit.left);
  visit.is_running = (visit.is_running || Boolean(visit.came)) && !visit.is_done;
  visit.can_clock_out = visit.is_running;
  const untilStart = new Date(visit.starts_at) - Date.now();
  visit.can_clock_in = !visit.is_done && !visit.is_running && !visit.clocked_in && untilStart <= SOON;
  visit.may_write = visit.is_whole && (visit.is_running || visit.is_done);
  if (visit.left) Object.assign(visit, { badge: say('done'), tone: 'good' });
  else if (visit.came) Object.assign(visit, { badge: say('inProgress'), tone: 'info' });
  else if (!visit.is_done && !visit.is_running) Object.assign(visit, countdown(untilStart));
}

export function countdown(milliseconds) {
  const minutes = Math.round(milliseconds / 60000);
  if (minutes < 0) return { badge: say('lateBy', -minutes), tone: 'bad' };
  return minutes <= 60 ? { badge: say('startsIn', minutes), tone: 'warn' } : { badge: '', tone: 'plain' };
}

// The models of the three views, as the server's pages have them.
export function viewOf(page, days, id) {
  if (page === 'visit') return days.visits.find((one) => one.id === id);
  const byId = new Map(days.visits.map((one) => [one.id, one]));
  if (page === 'schedule') return { days: days.days.map((one) => ({ id: one.label, label: one.label, visits: one.ids.map((key) => byId.get(key)) })) };
  const today = days.visits.filter((one) => one.is_today || one.is_running);
  const next = days.visits.find((one) => one.is_running) ?? today.find((one) => one.can_clock_in);
  return { next, later: today.filter((one) => one !== next), count: today.filter((one) => !one.is_void).length };
}
