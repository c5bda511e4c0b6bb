// The palette: a combobox over what the server finds. Nothing of it is kept by the browser.
const dialog = document.getElementById('palette');
const field = document.getElementById('palette-text');
const list = document.getElementById('palette-list');
const said = dialog?.querySelector('[data-palette-said]');
const problem = dialog?.querySelector('[data-palette-problem]');
const sprite = document.querySelector('svg.icon use')?.getAttribute('href').split('#')[0];
const PAUSE = 40; // milliseconds between two questions, however fast the server answers
let drawnFor; // the text whose findings stand in the list
let asking; // the questions that are being asked, one after the other
let request;

const options = () => [...list.querySelectorAll('[role="option"]')];
const current = () => list.querySelector('[aria-selected="true"]');

const deeds = {
  dark: () => document.querySelector('[data-theme="dark"]')?.click(),
  light: () => document.querySelector('[data-theme="light"]')?.click(),
  auto: () => document.querySelector('[data-theme="auto"]')?.click(),
  keys: () => document.getElementById('keys')?.showPopover(),
  sign_out: () => document.querySelector('#user-menu form')?.requestSubmit(),
};

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text ?? '';
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function icon(name) {
  const picture = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  picture.setAttribute('class', 'icon');
  picture.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `${sprite}#${name}`);
  picture.append(use);
  return picture;
}

function choose(option) {
  current()?.setAttribute('aria-selected', 'false');
  option?.setAttribute('aria-selected', 'true');
  if (option) field.setAttribute('aria-activedescendant', option.id);
  else field.removeAttribute('aria-activedescendant');
  option?.scrollIntoView({ block: 'nearest' });
}

function draw(groups) {
  let number = 0;
  list.replaceChildren(...groups.map((group, position) => {
    const part = element('div', '', { role: 'group', 'aria-labelledby': `palette-group-${position}` });
    part.append(element('div', group.label, { id: `palette-group-${position}`, role: 'presentation', class: 'palette-group' }));
    for (const item of group.items) {
      const option = element('div', '', { role: 'option', id: `palette-option-${number += 1}`, 'aria-selected': 'false' });
      option.append(icon(item.icon), element('b', item.label));
      if (item.hint) option.append(element('small', item.hint));
      Object.assign(option.dataset, item.url ? { url: item.url } : { act: item.act });
      part.append(option);
    }
    return part;
  }));
  tell(number ? '' : dialog.dataset.nothing);
  said.textContent = number ? dialog.dataset.found.replace('#', number) : '';
  choose(options()[0]);
}

function tell(sentence) {
  said.textContent = '';
  problem.textContent = sentence;
  problem.hidden = !sentence;
  list.hidden = Boolean(sentence);
  field.setAttribute('aria-expanded', String(!sentence));
}

async function find(asked) {
  request = new AbortController();
  const isWanted = () => dialog.open && field.value.trim() === asked;
  try {
    const answer = await fetch(`/palette?q=${encodeURIComponent(asked)}`, { credentials: 'same-origin', signal: request.signal });
    if (answer.redirected || answer.status === 401) { location.reload(); return; }
    const found = answer.ok ? (await answer.json()).groups : undefined;
    if (!isWanted()) return;
    if (found) { draw(found); drawnFor = asked; }
    else tell(dialog.dataset.failed);
  } catch (failure) {
    if (failure.name !== 'AbortError' && isWanted()) tell(dialog.dataset.failed);
  }
}

// The first letter is asked for at once. What is typed while an answer is on its way waits for it, and only the last of it
// is asked for: a fast typist gives the server no more than one question to think about.
function ask() {
  asking ??= questions().finally(() => { asking = undefined; });
  return asking;
}

async function questions() {
  let asked;
  while (dialog.open && field.value.trim() !== asked) {
    asked = field.value.trim();
    const since = performance.now();
    await find(asked);
    const left = since + PAUSE - performance.now();
    if (field.value.trim() !== asked && left > 0) await new Promise((resolve) => { setTimeout(resolve, left); });
  }
}

function follow(option, elsewhere) {
  if (!option) return;
  const { url, act } = option.dataset;
  if (url && elsewhere) { window.open(url, '_blank', 'noopener'); return; }
  dialog.close();
  if (url) location.assign(url);
  else deeds[act]?.();
}

// Whoever types faster than the server answers means what was typed, not what still stands in the list.
async function enter(elsewhere) {
  if (field.value.trim() !== drawnFor) await ask();
  if (field.value.trim() === drawnFor) follow(current(), elsewhere);
}

export function open() {
  if (!dialog || dialog.open) return;
  for (const shown of document.querySelectorAll('[popover]:popover-open')) shown.hidePopover();
  field.value = '';
  drawnFor = undefined;
  list.replaceChildren();
  dialog.showModal();
  field.focus();
  ask();
}

function move(event) {
  const all = options();
  const at = all.indexOf(current());
  const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, PageDown: Math.min(at + 6, all.length - 1), PageUp: Math.max(at - 6, 0) }[event.key];
  if (to === undefined || !all.length) return;
  event.preventDefault();
  choose(all[to]);
}

if (dialog) {
  for (const button of document.querySelectorAll('[data-palette-open]')) {
    button.hidden = false;
    button.addEventListener('click', open);
  }
  for (const twin of document.querySelectorAll('[data-without-script]')) twin.hidden = true;
  if (/Mac|iPhone|iPad/.test(navigator.platform)) for (const key of document.querySelectorAll('[data-modifier]')) key.textContent = '⌘K';
  dialog.querySelector('[data-palette-close]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
    follow(event.target.closest('[role="option"]'), event.ctrlKey || event.metaKey);
  });
  dialog.addEventListener('pointermove', (event) => {
    const option = event.target.closest('[role="option"]');
    if (option && option !== current() && (event.movementX || event.movementY)) choose(option);
  });
  dialog.addEventListener('close', () => request?.abort());
  field.addEventListener('input', ask);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') { move(event); return; }
    event.preventDefault();
    enter(event.ctrlKey || event.metaKey);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  });
}
