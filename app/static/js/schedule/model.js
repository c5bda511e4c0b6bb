// What the board knows: people, services and visits by their ids, as the server told last. Times are wall-clock texts.
export const told = JSON.parse(document.getElementById('schedule-told').textContent);
export const words = told.words;
export const people = new Map();
export const clients = new Map();
export const services = new Map();
export const visits = new Map();

export const DAY = 24 * 60;
const PLANNED = ['scheduled', 'confirmed'];
const VOID = ['cancelled', 'missed'];
const LATE_MINUTES = 10;
const opened = Date.now();

export const say = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? '');
export const dayNumber = (day) => Math.round(Date.UTC(day.slice(0, 4), day.slice(5, 7) - 1, day.slice(8, 10)) / 864e5);
export const dayOf = (number) => new Date(number * 864e5).toISOString().slice(0, 10);
// A day as people of the reader's language say it: Tue, Dec 8.
const locale = `${document.documentElement.lang || 'en'}-US`;
const spoken = new Intl.DateTimeFormat(locale, { weekday: 'short', month: 'short', day: 'numeric', timeZone: 'UTC' });
export const daySaid = (minute) => spoken.format(new Date(Math.floor(minute / (24 * 60)) * 864e5));
// A time as they say it: 2:30 PM. Thousands of cards say the same ones.
const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' });
const times = new Map();
const partsOf = (minute) => clock.formatToParts(new Date(minute * 60000));
export function timeSaid(minute) {
  const inDay = ((minute % DAY) + DAY) % DAY;
  if (!times.has(inDay)) times.set(inDay, partsOf(inDay).map((part) => part.value).join('').replace(/\s/g, '\u00a0'));
  return times.get(inDay);
}
export const spanSaid = (start, end) => `${timeSaid(start)} – ${timeSaid(end)}`;
// Where there is room for the hour alone: 2p.
export function hourSaid(minute) {
  const part = (type) => partsOf(minute).find((one) => one.type === type)?.value ?? '';
  return `${part('hour')}${part('dayPeriod').slice(0, 1).toLowerCase()}`;
}
export const minuteOf = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));
export const clockOf = (minute) => {
  const inDay = ((minute % DAY) + DAY) % DAY;
  return `${String(Math.floor(inDay / 60)).padStart(2, '0')}:${String(inDay % 60).padStart(2, '0')}`;
};

export const firstDay = dayNumber(told.first);
const firstLoaded = dayNumber(told.loaded.first);

export const isPlanned = (visit) => PLANNED.includes(visit.status);
export const isVoid = (visit) => VOID.includes(visit.status);
export const isOpen = (visit) => !visit.caregiver && !isVoid(visit);
export const rowOf = (visit) => (told.by === 'client' ? visit.client.id : visit.caregiver?.id ?? (isVoid(visit) ? undefined : 'open'));
// The present on the agency's clocks, in minutes since the epoch of days.
export const presentMinute = () => dayNumber(told.now) * DAY + minuteOf(told.now.slice(11)) + (Date.now() - opened) / 60000;
export const isLate = (visit) => isPlanned(visit) && visit.start + LATE_MINUTES < presentMinute();

// A visit as the board uses it: `start` and `end` in wall-clock minutes since the epoch of days.
function understood(one, answer) {
  const start = dayNumber(one.from) * DAY + minuteOf(one.from.slice(11));
  const to = minuteOf(one.to);
  const end = Math.floor(start / DAY) * DAY + to + (to <= start % DAY ? DAY : 0);
  return {
    ...one,
    start,
    end,
    client: clients.get(answer.clients[one.client].id),
    caregiver: one.caregiver === undefined ? undefined : people.get(answer.caregivers[one.caregiver].id),
    service: services.get(answer.services[one.service].id),
  };
}

// Takes an answer in; returns the ids of visits that are new or have changed.
export function take(answer) {
  for (const [known, rows] of [[people, answer.caregivers], [clients, answer.clients], [services, answer.services]]) {
    for (const one of rows) known.set(one.id, Object.assign(known.get(one.id) ?? {}, one));
  }
  const changed = [];
  for (const one of answer.visits) {
    if ((visits.get(one.id)?.version ?? 0) >= one.version) continue;
    visits.set(one.id, understood(one, answer));
    changed.push(one.id);
  }
  return changed;
}

export function forgetVisits() {
  visits.clear();
}

// What a move has made of the visit.
export function moved(visit, answer) {
  const start = dayNumber(answer.from) * DAY + minuteOf(answer.from.slice(11));
  const to = minuteOf(answer.to);
  Object.assign(visit, {
    from: answer.from,
    to: answer.to,
    start,
    end: Math.floor(start / DAY) * DAY + to + (to <= start % DAY ? DAY : 0),
    minutes: answer.minutes,
    version: answer.version,
    status: answer.status,
    caregiver: answer.staff_member_id ? people.get(answer.staff_member_id) ?? visit.caregiver : undefined,
  });
}

export function isShown(visit) {
  if (told.status ? visit.status !== told.status : visit.status === 'cancelled') return false;
  return !told.service || visit.service.id === told.service;
}

// The place of the visit's first column here; -1 where it began the day before. Undefined where it is not in these days.
export function columnOf(visit) {
  const column = Math.floor(visit.start / DAY) - firstDay;
  if (column >= told.days || visit.end <= firstDay * DAY) return undefined;
  return Math.max(column, -1);
}

// The real minutes that a person works in each of the weeks that are loaded, by number of the week.
export function minutesByWeek() {
  const found = new Map();
  for (const visit of visits.values()) {
    const row = rowOf(visit);
    const week = Math.floor((Math.floor(visit.start / DAY) - firstLoaded) / 7);
    if (row === undefined || isVoid(visit) || week < 0) continue;
    const weeks = found.get(row) ?? [];
    weeks[week] = (weeks[week] ?? 0) + visit.minutes;
    found.set(row, weeks);
  }
  return found;
}

export const weekOf = (minute) => Math.floor((Math.floor(minute / DAY) - firstLoaded) / 7);
export const shownWeeks = () => [weekOf(firstDay * DAY), weekOf((firstDay + told.days - 1) * DAY)];
export const hours = (minutes) => String(Math.round(minutes / 6) / 10);

// What the board itself sees against a visit of the person from `start` to `end`: the server knows the rest.
export function seenAgainst(visit, person, start, end) {
  if (!person) return undefined;
  const other = [...visits.values()].find((one) => one.caregiver?.id === person.id && one.id !== visit.id && !isVoid(one) && one.start < end && start < one.end);
  if (other) return { tone: 'bad', sentence: say(words.busy, { caregiver: person.name }) };
  const day = dayOf(Math.floor(start / DAY));
  if (person.away?.some(([from, to]) => from <= day && day <= to)) return { tone: 'bad', sentence: say(words.isAway, { caregiver: person.name }) };
  const week = weekOf(start);
  const already = minutesByWeek().get(person.id)?.[week] ?? 0;
  const counted = visit.caregiver?.id === person.id && weekOf(visit.start) === week ? visit.minutes : 0;
  const planned = already - counted + visit.minutes;
  if (planned <= told.weeklyMinutes) return undefined;
  return { tone: 'warn', sentence: say(words.overLimit, { caregiver: person.name, planned: hours(planned), limit: hours(told.weeklyMinutes) }) };
}
