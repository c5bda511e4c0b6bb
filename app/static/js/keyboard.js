// One-letter keys work only while nobody is typing and no modifier is held.
const typing = (element) => element.closest('input, textarea, select, [contenteditable], .ts-wrapper') !== null;

function rows() {
  return [...document.querySelectorAll('[data-rows] tbody tr')];
}

function current() {
  const focused = document.activeElement?.closest('[data-rows] tbody tr');
  return focused ?? document.querySelector('[data-rows] tr.is-current');
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const from = all.indexOf(current());
  const next = all[Math.min(Math.max(from + step, 0), all.length - 1)];
  for (const row of all) row.classList.toggle('is-current', row === next);
  next.querySelector('a[href]')?.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function follow(link) {
  if (link) link.click();
  return Boolean(link);
}

function search() {
  const main = document.getElementById('content');
  const box = main?.querySelector('[data-search]') ?? document.querySelector('[data-search]');
  box?.focus();
  box?.select();
  return Boolean(box);
}

const keys = {
  '/': search,
  'n': () => follow(document.querySelector('[data-new]')),
  'e': () => follow((current() ?? document).querySelector('[data-edit]')),
  'j': () => { move(1); return true; },
  'k': () => { move(-1); return true; },
  '?': () => { document.getElementById('keys')?.togglePopover(); return true; },
  'Enter': () => document.activeElement === document.body && follow(current()?.querySelector('a[href]')),
};

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
  if (keys[event.key]?.()) event.preventDefault();
});
