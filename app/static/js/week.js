// A week of half hours that can be painted. The lines of text are what is sent; the bars only write and show them.
const HALVES = 48;
const days = [...document.querySelectorAll('[data-week] [data-day]')];
const week = new Array(days.length * HALVES).fill(false);

const input = (day) => days[day].querySelector('input');
const clock = (half) => `${String(Math.floor(half / 2) % 24).padStart(2, '0')}:${half % 2 ? '30' : '00'}`;

function halves(text) {
  const found = /^(\d{1,2}):?(\d{2})?\s*(?:-|–|to)\s*(\d{1,2}):?(\d{2})?$/.exec(text.trim());
  if (!found) return undefined;
  const [hour, minute, endHour, endMinute] = found.slice(1).map((one) => Number(one ?? 0));
  const start = Math.floor((hour * 60 + minute) / 30);
  let end = Math.ceil((endHour * 60 + endMinute) / 30);
  if (end <= start) end += HALVES;
  return [start, end];
}

function read() {
  week.fill(false);
  days.forEach((_day, number) => {
    const text = input(number).value.trim();
    const parts = text.toLowerCase() === 'all day' ? [[0, HALVES]] : text.split(/[,;]/).filter(Boolean).map(halves);
    for (const part of parts) {
      if (!part) continue;
      for (let half = part[0]; half < part[1]; half += 1) week[(number * HALVES + half) % week.length] = true;
    }
  });
}

// A stretch that goes on after midnight belongs to the day on which it began, unless it fills whole days.
function write() {
  const texts = days.map(() => []);
  const all = week.length;
  if (week.every(Boolean)) {
    texts.forEach((parts) => parts.push('all day'));
  } else {
    const first = week.findIndex((on, half) => on && !week[(half + all - 1) % all]);
    for (let step = 0; first >= 0 && step < all;) {
      const start = (first + step) % all;
      if (!week[start]) { step += 1; continue; }
      let length = 0;
      while (week[(start + length) % all] && step + length < all) length += 1;
      step += length;
      for (let from = start; length > 0;) {
        const day = Math.floor(from / HALVES) % days.length;
        const begin = from % HALVES;
        const toMidnight = HALVES - begin;
        const span = length > HALVES || begin === 0 ? Math.min(length, toMidnight) : length;
        texts[day].push(span === HALVES && begin === 0 ? 'all day' : `${clock(begin)}-${clock(begin + span)}`);
        from = (from + span) % all;
        length -= span;
      }
    }
  }
  texts.forEach((parts, day) => {
    const box = input(day);
    const text = parts.join(', ');
    if (box.value === text) return;
    box.value = text;
    box.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

function draw() {
  days.forEach((day, number) => {
    [...day.querySelector('[data-bar]').children].forEach((half, position) => half.classList.toggle('is-on', week[number * HALVES + position]));
  });
}

for (const day of days) {
  const bar = day.querySelector('[data-bar]');
  for (let half = 0; half < HALVES; half += 1) bar.append(document.createElement('i'));
}

let painting;

function place(event) {
  const bar = document.elementFromPoint(event.clientX, event.clientY)?.closest?.('[data-bar]');
  if (!bar) return undefined;
  const box = bar.getBoundingClientRect();
  const half = Math.min(HALVES - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * HALVES)));
  return { day: days.indexOf(bar.closest('[data-day]')), half };
}

function paint(event) {
  const here = place(event);
  if (!here) return;
  week.splice(0, week.length, ...painting.before);
  for (let day = Math.min(painting.day, here.day); day <= Math.max(painting.day, here.day); day += 1) {
    for (let half = Math.min(painting.half, here.half); half <= Math.max(painting.half, here.half); half += 1) {
      week[day * HALVES + half] = painting.on;
    }
  }
  draw();
}

document.addEventListener('pointerdown', (event) => {
  const start = event.target.closest?.('[data-bar]') && place(event);
  if (!start) return;
  event.preventDefault();
  painting = { ...start, on: !week[start.day * HALVES + start.half], before: [...week] };
  paint(event);
});
document.addEventListener('pointermove', (event) => { if (painting) paint(event); });
document.addEventListener('pointerup', () => {
  if (!painting) return;
  painting = undefined;
  write();
});

document.addEventListener('input', (event) => {
  if (painting || !event.isTrusted || !event.target.closest('[data-day]')) return;
  read();
  draw();
});

read();
draw();
