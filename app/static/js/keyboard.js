// One-letter keys work only while nobody is typing and no modifier is held. `g` and a letter go to a place of the rail.
import { foldRail } from './shell.js';
import { open } from './palette.js';

const GO_MILLISECONDS = 1500;
const typing = (element) => element.closest?.('input:not(.tick), textarea, select, [contenteditable], .ts-wrapper, dialog[open]') != null;
let going = 0;

function rows() {
  return [...document.querySelectorAll('[data-rows] tbody tr')];
}

function current() {
  const focused = document.activeElement?.closest('[data-rows] tbody tr');
  return focused ?? document.querySelector('[data-rows] tr.is-current');
}

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const from = all.indexOf(current());
  const next = all[Math.min(Math.max(from + step, 0), all.length - 1)];
  for (const row of all) row.classList.toggle('is-current', row === next);
  next.querySelector('a[href]')?.focus();
  next.scrollIntoView({ block: 'nearest' });
  return true;
}

// What the page itself offers, or the row that is chosen; never the first row of a list, which nobody has asked for.
function edited() {
  const row = current();
  if (row) return row.querySelector('[data-edit]');
  return [...document.querySelectorAll('[data-edit]')].find((link) => !link.closest('[data-rows]'));
}

function follow(link) {
  if (link) link.click();
  return Boolean(link);
}

function search() {
  const box = document.getElementById('content')?.querySelector('[data-search]');
  if (box) { box.focus(); box.select(); } else open();
  return true;
}

function help() {
  const panel = document.getElementById('keys');
  if (!panel) return false;
  for (const line of panel.querySelectorAll('[data-when]')) line.hidden = !document.querySelector(line.dataset.when);
  const places = panel.querySelector('[data-places]');
  if (places && !places.childElementCount) {
    for (const link of document.querySelectorAll('.rail-groups [data-go]')) {
      const name = document.createElement('dt');
      name.textContent = link.querySelector('span').textContent;
      const keys = document.createElement('dd');
      for (const key of ['g', link.dataset.go]) {
        const cap = document.createElement('kbd');
        cap.textContent = key;
        keys.append(cap, ' ');
      }
      places.append(name, keys);
    }
  }
  panel.togglePopover();
  return true;
}

const keys = {
  '/': search,
  'n': () => follow(document.querySelector('[data-new]')),
  'e': () => follow(edited()),
  'j': () => move(1),
  'k': () => move(-1),
  'm': () => { foldRail(); return true; },
  'g': () => { going = Date.now(); return true; },
  '?': help,
  'Enter': () => document.activeElement === document.body && follow(current()?.querySelector('a[href]')),
};

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
  const isGoing = Date.now() - going < GO_MILLISECONDS;
  going = 0;
  const place = isGoing && /^[a-z]$/.test(event.key) ? document.querySelector(`.rail-groups [data-go="${event.key}"]`) : undefined;
  if (place ? follow(place) : keys[event.key]?.()) event.preventDefault();
});

document.querySelector('[popovertarget="keys"]')?.addEventListener('click', (event) => { event.preventDefault(); document.getElementById('user-menu')?.hidePopover(); help(); });
