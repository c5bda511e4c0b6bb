// Dragging with mouse, pen or finger. While it lasts only two things move, by transform: the card's image and the frame
// around where it would land; places are computed from numbers measured when it began.
import * as talk from './talk.js';
import { DAY, daySaid, firstDay, isPlanned, people, seenAgainst, spanSaid, told, visits, words } from './model.js';
import { move, target, wish } from './moves.js';
import { openVisit } from './dialog.js';

const STEP = 15;
const SLACK = 4;
const LONG_PRESS = 350;
const DWELL = 220;
const EDGE = 48;

const place = document.querySelector('[data-schedule]');
const frame = place.querySelector('[data-frame]');
const tip = document.querySelector('[data-tip]');
let held;
let drag;
let wasDragged = false;

function measure() {
  const box = place.getBoundingClientRect();
  const rows = [...place.querySelectorAll('[data-row]')].map((row) => ({ id: row.dataset.row, top: row.offsetTop, height: row.offsetHeight }));
  const first = place.querySelector('[data-row] .s-cell');
  const left = first?.offsetLeft ?? 0;
  const columns = told.span === 'day' ? 1 : told.days;
  const width = first ? (first.parentElement.offsetWidth - left) / columns : 1;
  return { box, rows, left, width, columns };
}

function begin(event) {
  const { card, visit, isEdge } = held;
  const box = card.getBoundingClientRect();
  const image = card.cloneNode(true);
  image.className = `${card.className} s-image`;
  image.removeAttribute('href');
  image.style.width = `${box.width}px`;
  image.style.height = `${box.height}px`;
  image.style.left = image.style.top = '0';
  document.body.append(image);
  card.classList.add('is-carried');
  document.documentElement.classList.add('is-dragging');
  drag = { ...held, ...measure(), image, dx: held.x - box.left, dy: held.y - box.top, x: event.clientX, y: event.clientY, isEdge, at: '' };
  if (isEdge) image.hidden = true;
  requestAnimationFrame(paint);
}

function rowAt(y) {
  let low = 0;
  let high = drag.rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (drag.rows[middle].top <= y) low = middle; else high = middle - 1;
  }
  const row = drag.rows[low];
  return row && y >= row.top && y < row.top + row.height ? row : undefined;
}

const snapped = (minute) => Math.round(minute / STEP) * STEP;

// Where the card would land: row, wall-clock minutes, caregiver; undefined outside.
function landing() {
  const { visit } = drag;
  const x = drag.x - drag.box.left + place.scrollLeft;
  const y = drag.y - drag.box.top + place.scrollTop;
  const row = drag.isEdge ? drag.rows.find((one) => one.id === drag.row) : rowAt(y);
  if (!row || x < drag.left) return undefined;
  if (told.span === 'day') {
    const perMinute = drag.width / DAY;
    const pointed = snapped((x - drag.left) / perMinute);
    if (drag.isEdge) {
      const end = Math.max(visit.start + STEP, Math.min(firstDay * DAY + pointed, visit.start + DAY));
      return { row, start: visit.start, end, to: undefined };
    }
    const start = firstDay * DAY + Math.max(0, Math.min(DAY - STEP, snapped((x - drag.dx - drag.left) / perMinute)));
    return { row, start, end: start + visit.end - visit.start, to: target(visit, row.id) };
  }
  const column = Math.min(drag.columns - 1, Math.floor((x - drag.left) / drag.width));
  const start = (firstDay + column) * DAY + (visit.start % DAY);
  return { row, column, start, end: start + visit.end - visit.start, to: target(visit, row.id) };
}

function scrollAlong() {
  const down = drag.y - (drag.box.bottom - EDGE);
  const up = drag.box.top + EDGE + 32 - drag.y;
  const right = drag.x - (drag.box.right - EDGE);
  const left = drag.box.left + drag.left + EDGE - drag.x;
  if (down > 0 || up > 0) place.scrollTop += (down > 0 ? down : -up) / 3;
  if (right > 0 || left > 0) place.scrollLeft += (right > 0 ? right : -left) / 3;
}

function paint() {
  if (!drag) return;
  if (!drag.isEdge) scrollAlong();
  drag.image.style.transform = `translate3d(${drag.x - drag.dx}px, ${drag.y - drag.dy}px, 0)`;
  const land = landing();
  frame.hidden = !land;
  if (land) {
    const perMinute = drag.width / DAY;
    const isDay = told.span === 'day';
    const left = isDay ? drag.left + (land.start - firstDay * DAY) * perMinute : drag.left + land.column * drag.width;
    const width = isDay ? (land.end - land.start) * perMinute : drag.width;
    frame.style.transform = `translate3d(${left}px, ${land.row.top}px, 0)`;
    frame.style.width = `${width}px`;
    frame.style.height = `${land.row.height}px`;
  }
  const at = land ? `${land.row.id} ${land.start} ${land.end}` : '';
  if (at !== drag.at) {
    drag.at = at;
    drag.land = land;
    judge(land);
  }
  tip.style.transform = `translate3d(${Math.min(drag.x + 16, innerWidth - 300)}px, ${Math.min(drag.y + 20, innerHeight - 96)}px, 0)`;
  requestAnimationFrame(paint);
}

function tell(tone, when, sentences) {
  frame.className = `s-frame is-${tone}`;
  tip.className = `s-tip is-${tone}`;
  tip.replaceChildren();
  if (when) tip.append(Object.assign(document.createElement('b'), { textContent: when }));
  for (const one of sentences) tip.append(Object.assign(document.createElement('p'), { textContent: one }));
  tip.hidden = !when && !sentences.length;
}

function judge(land) {
  clearTimeout(drag.timer);
  drag.asking?.abort();
  const { visit } = drag;
  if (!land) { tell('plain', '', []); return; }
  const when = `${daySaid(land.start)}, ${spanSaid(land.start, land.end)}`;
  if (land.to === false) { tell('bad', '', [words.takesNoOther]); return; }
  const person = land.to === undefined ? visit.caregiver : land.to && people.get(land.to);
  const seen = seenAgainst(visit, person, land.start, land.end);
  tell(seen?.tone ?? 'plain', when, seen ? [seen.sentence] : []);
  const body = wish(visit, land.start, land.end, land.to);
  if (!Object.keys(body).length || (seen && seen.tone === 'bad')) return;
  drag.timer = setTimeout(() => look(visit, body, when), DWELL);
}

// The server's rules, for where the card rests.
async function look(visit, body, when) {
  const mine = drag;
  mine.asking = new AbortController();
  const asked = Object.fromEntries(Object.entries(body).filter(([, value]) => value));
  const answer = await talk.conflicts(visit, asked, mine.asking.signal).catch(() => undefined);
  if (drag !== mine || !answer?.ok) return;
  const found = body.staff_member_id === null ? answer.body.result.filter((one) => ['client_status', 'double_cover', 'plan'].includes(one.rule)) : answer.body.result;
  const tone = found.some((one) => one.effect === 'block') ? 'bad' : found.length ? 'warn' : 'good';
  tell(tone, when, found.length ? found.map((one) => one.sentence) : [words.free]);
}

function end(isDropped) {
  clearTimeout(held?.timer);
  if (!drag) { held = undefined; return; }
  const { visit, card, image, land } = drag;
  clearTimeout(drag.timer);
  drag.asking?.abort();
  image.remove();
  card.classList.remove('is-carried');
  document.documentElement.classList.remove('is-dragging');
  frame.hidden = true;
  tip.hidden = true;
  held = drag = undefined;
  wasDragged = true;
  setTimeout(() => { wasDragged = false; });
  if (!isDropped || !land || land.to === false) return;
  const body = wish(visit, land.start, land.end, land.to);
  move(visit, body, { refused: (answer) => openVisit(visit, { body, answer }) });
}

place.addEventListener('pointerdown', (event) => {
  const card = event.target.closest('.s-visit');
  const visit = card && visits.get(card.dataset.visit);
  if (!visit || event.button !== 0 || !told.mayEdit || !isPlanned(visit)) return;
  held = { card, visit, row: card.closest('[data-row]').dataset.row, x: event.clientX, y: event.clientY, isEdge: event.target.matches('.s-edge') };
  if (event.pointerType === 'touch') held.timer = setTimeout(() => { if (held && !drag) begin(event); }, LONG_PRESS);
});
addEventListener('pointermove', (event) => {
  if (drag) { drag.x = event.clientX; drag.y = event.clientY; return; }
  if (!held || Math.hypot(event.clientX - held.x, event.clientY - held.y) < SLACK) return;
  if (event.pointerType === 'touch') end(false); else begin(event);
}, { passive: true });
addEventListener('pointerup', () => end(true));
addEventListener('pointercancel', () => end(false));
addEventListener('blur', () => end(false));
addEventListener('keydown', (event) => { if (event.key === 'Escape' && drag) { event.preventDefault(); end(false); } }, true);
// A finger that carries a card doesn't scroll the page.
addEventListener('touchmove', (event) => { if (drag) event.preventDefault(); }, { passive: false });
place.addEventListener('dragstart', (event) => event.preventDefault());
place.addEventListener('click', (event) => { if (wasDragged) { event.preventDefault(); event.stopPropagation(); } }, true);

export const isDragging = () => drag !== undefined;
