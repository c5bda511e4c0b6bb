// The rule of a series by choosing instead of typing. What can't be chosen here stays a text as calendars write it.
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const MONDAY = Date.UTC(2024, 0, 1);

function parsed(rule) {
  const parts = Object.fromEntries(rule.split(';').map((part) => part.split('=')));
  const days = (parts.BYDAY ?? '').split(',').filter(Boolean);
  const isKnown = Object.keys(parts).every((name) => ['FREQ', 'INTERVAL', 'BYDAY', 'WKST'].includes(name))
    && ((parts.FREQ === 'DAILY' && !parts.BYDAY) || (parts.FREQ === 'WEEKLY' && days.every((day) => DAYS.includes(day))));
  return isKnown || rule === '' ? { unit: parts.FREQ ?? 'WEEKLY', every: parts.INTERVAL ?? '1', days } : null;
}

function element(name, attributes, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

export function choose(input) {
  const words = JSON.parse(input.dataset.repeats);
  const known = parsed(input.value);
  const short = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'short', timeZone: 'UTC' });
  const long = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'long', timeZone: 'UTC' });
  const unit = element('select', { className: 'select', ariaLabel: words.unit });
  for (const [value, label] of [['WEEKLY', words.weeks], ['DAILY', words.days], ['', words.other]]) {
    unit.append(element('option', { value, textContent: label, selected: value === (known?.unit ?? '') }));
  }
  const every = element('input', { className: 'input', type: 'number', min: 1, max: 99, value: known?.every ?? '1', ariaLabel: words.every });
  const boxes = DAYS.map((day, number) => element('input', { type: 'checkbox', value: day, checked: known?.days.includes(day) ?? false, ariaLabel: long.format(MONDAY + number * 864e5) }));
  const days = element('span', { className: 'day-boxes' }, ...boxes.map((box, number) => element('label', { className: 'day-box' }, box, element('span', { textContent: short.format(MONDAY + number * 864e5), ariaHidden: 'true' }))));
  days.setAttribute('role', 'group');
  days.setAttribute('aria-label', words.on);
  const line = element('span', { className: 'repeats-line' }, element('span', { textContent: words.every }), every, unit);
  const hint = input.parentElement.querySelector('.hint');
  const show = () => {
    const isText = unit.value === '';
    input.hidden = !isText;
    every.hidden = isText;
    line.firstChild.hidden = isText;
    days.hidden = unit.value !== 'WEEKLY';
    if (hint) hint.hidden = !isText;
  };
  const write = () => {
    show();
    if (unit.value === '') return;
    const interval = Number(every.value) > 1 ? `;INTERVAL=${Number(every.value)}` : '';
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    const on = unit.value === 'WEEKLY' && chosen.length ? `;BYDAY=${chosen.join(',')}` : '';
    input.value = unit.value === 'WEEKLY' && !chosen.length ? '' : `FREQ=${unit.value}${interval}${on}`;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  };
  for (const part of [unit, every, ...boxes]) part.addEventListener('change', write);
  input.before(element('span', { className: 'repeats' }, line, days));
  show();
}
