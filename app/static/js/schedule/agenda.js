// The board on a phone: one day at a time, its visits from the first to the last. The strip of days above chooses.
import { describe, isFound, make, tone } from './draw.js';
import { columnOf, dayNumber, firstDay, isLate, isOpen, isShown, timeSaid, told, visits, words } from './model.js';

const place = document.querySelector('[data-schedule]');
const list = place.querySelector('[data-agenda]');
const said = document.querySelector('[data-said]');
const phone = matchMedia('(max-width: 767px)');
const asked = new URLSearchParams(location.search).get('day');
let chosen = [asked, told.today].find((day) => told.heads.some((one) => one.day === day)) ?? told.first;

const isWanted = (visit) => isShown(visit) && isFound(visit) && (told.rows !== 'open' || isOpen(visit) || isLate(visit));

function ofDay() {
  const column = dayNumber(chosen) - firstDay;
  return [...visits.values()]
    .filter((visit) => columnOf(visit) !== undefined && Math.max(columnOf(visit), 0) === column && isWanted(visit))
    .sort((one, other) => one.start - other.start || one.client.name.localeCompare(other.client.name));
}

function line(visit) {
  const made = make('a', `s-line ${tone(visit)}`);
  made.href = `/visits/show/${visit.id}`;
  made.dataset.visit = visit.id;
  made.setAttribute('aria-label', describe(visit));
  const when = make('span', 's-when');
  when.append(make('b', '', timeSaid(visit.start)), make('small', '', timeSaid(visit.end)));
  const what = make('span', 's-what');
  const who = isOpen(visit) ? words.nobody : visit.caregiver?.name;
  what.append(make('b', '', visit.client.name), make('small', '', [who, visit.service.name].filter(Boolean).join(' · ')));
  if (isLate(visit)) what.append(make('small', 's-late', words.late));
  else if (!isOpen(visit)) what.append(make('small', '', told.statuses[visit.status].label));
  made.append(when, what);
  const item = make('li');
  item.append(made);
  return item;
}

function drawList() {
  const found = ofDay();
  const lines = make('ul');
  lines.append(...found.map(line));
  const title = make('h2', '', told.heads.find((one) => one.day === chosen).said);
  const held = list.contains(document.activeElement) ? document.activeElement.dataset.visit : undefined;
  list.replaceChildren(title, found.length ? lines : make('p', 's-nothing', words.noVisits));
  if (held) list.querySelector(`[data-visit="${held}"]`)?.focus({ preventScroll: true });
}

function draw() {
  if (phone.matches) drawList();
  else list.replaceChildren();
  const days = place.querySelectorAll('.s-day');
  days.forEach((day, number) => {
    const isChosen = phone.matches && told.heads[number].day === chosen;
    day.classList.toggle('is-chosen', isChosen);
    if (isChosen) day.firstElementChild.setAttribute('aria-current', 'date');
    else day.firstElementChild.removeAttribute('aria-current');
  });
}

place.addEventListener('click', (event) => {
  const day = phone.matches && event.target.closest('.s-day a')?.parentElement;
  if (!day) return;
  event.preventDefault();
  chosen = told.heads[[...place.querySelectorAll('.s-day')].indexOf(day)].day;
  draw();
  const number = list.querySelectorAll('li').length;
  said.textContent = `${list.querySelector('h2').textContent}: ${number || words.noVisits}`;
});
place.addEventListener('schedule:drawn', draw);
phone.addEventListener('change', draw);
