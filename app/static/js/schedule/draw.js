// The rows of the board. Heights are set from the number of visits, so that rows out of sight cost nothing.
import { DAY, clients, columnOf, dayOf, daySaid, firstDay, hourSaid, hours, isLate, isOpen, isPlanned, isShown, isVoid, minutesByWeek, people, rowOf, say, services, shownWeeks, spanSaid, timeSaid, told, visits, words } from './model.js';

const place = document.querySelector('[data-schedule]');
const CARD = { day: 34, week: 40, fortnight: 36, month: 18 }[told.span];
const GAP = 3;
const LEAST = { day: 46, week: 52, fortnight: 48, month: 46 }[told.span];
const TONES = { info: 'is-info', warn: 'is-warn', good: 'is-good', bad: 'is-bad', plain: 'is-plain' };
let find = '';
let drawn = new Map();

export const make = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};
const initials = (name) => name.split(/\s+/).map((part) => part[0]).filter(Boolean).slice(0, 2).join('').toUpperCase();

export function filterBy(text) {
  find = text.trim().toLowerCase();
}

// Whether the visit is one of a person who is looked for.
export function isFound(visit) {
  return !find || [visit.client, visit.caregiver].some((one) => one?.name.toLowerCase().includes(find));
}

// Colours of services come from the agency; they are rules of a sheet, as the page takes no style attributes.
export function colorServices() {
  const sheet = new CSSStyleSheet();
  let number = 0;
  for (const one of services.values()) {
    one.mark = `s-${number}`;
    if (/^#[0-9a-f]{6}$/i.test(one.color)) sheet.insertRule(`.${one.mark} { --tone: ${one.color}; }`);
    number += 1;
  }
  document.adoptedStyleSheets = [sheet];
  const legend = document.querySelector('[data-legend=service]');
  legend?.replaceChildren(...[...services.values()].map((one) => make('li', one.mark, one.name)));
}

export function describe(visit) {
  const status = isOpen(visit) ? words.nobody : told.statuses[visit.status].label;
  const parts = [`${visit.client.name}, ${visit.service.name}`, `${daySaid(visit.start)}, ${spanSaid(visit.start, visit.end)}`];
  if (visit.caregiver) parts.push(visit.caregiver.name);
  parts.push(isLate(visit) ? `${status} · ${words.late}` : status);
  if (visit.repeats) parts.push(words.repeats);
  if (visit.overridden) parts.push(words.overridden);
  return parts.join(' · ');
}

export function tone(visit) {
  if (told.color === 'service') return visit.service.mark;
  if (isOpen(visit)) return 'is-bad';
  return isLate(visit) ? 'is-warn' : TONES[told.statuses[visit.status].tone];
}

function card(visit) {
  const made = make('a', `s-visit ${tone(visit)}`);
  made.href = `/visits/show/${visit.id}`;
  made.dataset.visit = visit.id;
  made.tabIndex = -1;
  made.draggable = false;
  made.title = describe(visit);
  made.classList.toggle('is-open', isOpen(visit));
  made.classList.toggle('is-void', isVoid(visit));
  made.classList.toggle('is-late', isLate(visit));
  made.classList.toggle('is-fixed', !isPlanned(visit));
  made.classList.toggle('is-against', Boolean(visit.overridden));
  made.setAttribute('aria-label', made.title);
  const name = told.by === 'client' ? visit.caregiver?.name ?? words.open : visit.client.name;
  if (told.span === 'month') {
    made.append(make('b', '', hourSaid(visit.start)));
    return made;
  }
  const span = told.span === 'fortnight' ? timeSaid(visit.start) : spanSaid(visit.start, visit.end);
  made.append(make('b', '', name), make('small', '', span));
  if (told.span === 'day' && told.mayEdit && isPlanned(visit)) made.append(make('i', 's-edge'));
  return made;
}

function bar(id, minutes) {
  const weeks = minutes.get(id) ?? [];
  const [first, last] = shownWeeks();
  const shown = weeks.slice(first, last + 1).map((one) => one ?? 0);
  const planned = shown.reduce((sum, one) => sum + one, 0);
  const limit = told.weeklyMinutes * (last - first + 1);
  const made = make('span', 's-hours');
  if (told.by === 'caregiver') {
    const meter = make('span', 's-meter');
    const fill = make('i');
    fill.style.width = `${Math.min(100, Math.round((100 * planned) / limit))}%`;
    meter.append(fill);
    made.append(meter, make('span', '', say(words.hours, { planned: hours(planned), limit: hours(limit) })));
    made.classList.toggle('is-over', shown.some((one) => one > told.weeklyMinutes));
  } else {
    made.append(make('span', '', say(words.hoursPlain, { planned: hours(planned) })));
  }
  return made;
}

function who(id, open, minutes) {
  const made = make('div', 's-who');
  made.setAttribute('role', 'rowheader');
  const text = make('span', 's-name');
  if (id === 'open') {
    const mark = make('span', 's-face is-bad', '!');
    mark.setAttribute('aria-hidden', 'true');
    text.append(make('b', '', words.open), make('small', '', open ? say(words.toFill, { number: open }) : words.allFilled));
    made.append(mark, text);
    return made;
  }
  const one = told.by === 'client' ? clients.get(id) : people.get(id);
  const face = make('span', 's-face', initials(one.name));
  face.setAttribute('aria-hidden', 'true');
  const link = make('a', '', one.name);
  link.href = told.by === 'client' ? `/clients/show/${id}?tab=visits` : `/staff/show/${id}?tab=visits`;
  if (one.discipline && told.disciplines[one.discipline]) link.title = told.disciplines[one.discipline];
  text.append(link, bar(id, minutes));
  made.append(face, text);
  return made;
}

// Visits of one day on a line of hours, in as few lanes as they need.
function lanes(list) {
  const ends = [];
  return list.map((visit) => {
    const lane = ends.findIndex((end) => end <= visit.start);
    const chosen = lane < 0 ? ends.length : lane;
    ends[chosen] = visit.end;
    return chosen;
  });
}

function timeline(cell, list) {
  const used = lanes(list);
  list.forEach((visit, number) => {
    const made = card(visit);
    const from = Math.max(visit.start - firstDay * DAY, 0);
    const to = Math.min(visit.end - firstDay * DAY, DAY);
    made.style.left = `${(100 * from) / DAY}%`;
    made.style.width = `${(100 * (to - from)) / DAY}%`;
    made.style.top = `${6 + used[number] * (CARD + GAP)}px`;
    cell.append(made);
  });
  return list.length ? Math.max(...used) + 1 : 0;
}

function row(id, list, minutes) {
  const made = make('div', 's-row');
  made.setAttribute('role', 'row');
  made.dataset.row = id;
  made.classList.toggle('is-lane', id === 'open');
  made.append(who(id, list.filter(isOpen).length, minutes));
  let lines = 0;
  const away = told.by === 'caregiver' ? people.get(id)?.away ?? [] : [];
  for (let column = 0; column < told.days; column += 1) {
    const cell = make('div', 's-cell');
    cell.setAttribute('role', 'cell');
    const day = dayOf(firstDay + column);
    if (day === told.today) cell.classList.add('is-today');
    if (away.some(([from, to]) => from <= day && day <= to)) {
      cell.classList.add('is-away');
      cell.title = words.away;
    }
    const mine = list.filter((visit) => Math.max(columnOf(visit), 0) === column);
    if (told.span === 'day') lines = Math.max(lines, timeline(cell, mine));
    else {
      cell.append(...mine.map(card));
      lines = Math.max(lines, told.span === 'month' ? Math.ceil(mine.length / 2) : mine.length);
    }
    made.append(cell);
  }
  made.style.height = `${Math.max(LEAST, 12 + lines * (CARD + GAP) - GAP)}px`;
  return made;
}

function byRow() {
  const found = new Map();
  for (const visit of visits.values()) {
    if (!isShown(visit) || columnOf(visit) === undefined) continue;
    const id = rowOf(visit);
    if (id === undefined) continue;
    if (!found.has(id)) found.set(id, []);
    found.get(id).push(visit);
  }
  for (const list of found.values()) list.sort((one, other) => one.start - other.start || (one.id < other.id ? -1 : 1));
  return found;
}

function wanted(id, list) {
  const one = told.by === 'client' ? clients.get(id) : people.get(id);
  if (!one) return false;
  if (find && !one.name.toLowerCase().includes(find) && !list.some((visit) => visit.client.name.toLowerCase().includes(find))) return false;
  if (told.rows === 'planned') return list.length > 0;
  if (told.rows === 'open') return list.some((visit) => isOpen(visit) || isLate(visit));
  return told.by === 'caregiver' ? list.length > 0 || one.discipline !== undefined : list.length > 0;
}

// Draws all rows, or only those of the given ids where the rows stay the same.
export function draw(only) {
  drawRows(only);
  rove();
  place.dispatchEvent(new Event('schedule:drawn'));
}

function drawRows(only) {
  const found = byRow();
  const minutes = minutesByWeek();
  if (only && [...only].every((id) => drawn.has(id))) {
    for (const id of only) {
      const fresh = row(id, found.get(id) ?? [], minutes);
      drawn.get(id).replaceWith(fresh);
      drawn.set(id, fresh);
    }
    return;
  }
  drawn = new Map();
  if (told.by === 'caregiver' && (!find || (found.get('open') ?? []).some((visit) => visit.client.name.toLowerCase().includes(find)))) drawn.set('open', row('open', found.get('open') ?? [], minutes));
  const everybody = told.by === 'client' ? [...clients.values()].sort((one, other) => one.name.localeCompare(other.name)) : [...people.values()];
  for (const one of everybody) {
    const list = found.get(one.id) ?? [];
    if (wanted(one.id, list)) drawn.set(one.id, row(one.id, list, minutes));
  }
  const body = place.querySelector('[data-body]');
  const nothing = drawn.size === 0 || (drawn.size === 1 && drawn.has('open') && find);
  body.replaceChildren(...drawn.values());
  place.querySelector('[data-nothing]').replaceChildren(...(nothing ? [make('p', 's-nothing', find || told.rows !== 'everybody' ? words.nothing : words.noVisits)] : []));
}

// A day opens where its work begins.
export function scrollToWork() {
  if (told.span !== 'day') return;
  const starts = [...visits.values()].filter((one) => isShown(one) && columnOf(one) === 0).map((one) => one.start - firstDay * DAY);
  const cell = place.querySelector('.s-cell');
  if (cell) place.scrollLeft = (cell.offsetWidth * Math.max(0, Math.min(8 * 60, ...starts) - 60)) / DAY;
}

// One card at a time can be reached by the tabulator; arrows go from one to the next.
export function rove(to) {
  const cards = place.querySelectorAll('.s-visit');
  const chosen = to ?? place.querySelector('.s-visit[tabindex="0"]') ?? cards[0];
  for (const one of place.querySelectorAll('.s-visit[tabindex="0"]')) one.tabIndex = -1;
  if (chosen) chosen.tabIndex = 0;
}

export const cardOf = (id) => place.querySelector(`[data-visit="${id}"]`);

export function flash(ids) {
  for (const id of ids) cardOf(id)?.classList.add('is-news');
}
