// Forms: pickers, secrets, what single fields do, and a question before typed work is lost.
import './drop.js';
import './secrets.js';
import { enhance } from './fields.js';
import { pick, tag } from './picker.js';

for (const select of document.querySelectorAll('form[data-guard] select[data-related], form[data-guard] select[data-pick]')) pick(select);
for (const input of document.querySelectorAll('form[data-guard] [data-tags]')) tag(input);
for (const form of document.querySelectorAll('form[data-guard]')) enhance(form);

const rules = document.querySelectorAll('form[data-guard] input[data-repeats]');
if (rules.length) import('./repeats.js').then(({ choose }) => rules.forEach(choose));

// Choosing what to change asks for the field to change it in; without a script the button beside it does.
for (const select of document.querySelectorAll('select[data-send]')) {
  select.nextElementSibling.hidden = true;
  select.addEventListener('change', () => select.form.requestSubmit());
}

// Without a script this link opens the whole form beside; with one the dialog asks for the little that is needed.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-create-button]');
  if (!button) return;
  event.preventDefault();
  (await import('./in_place.js')).add(document.getElementById(button.dataset.createButton));
});

// A picker hides the field that the summary of errors leads to.
document.addEventListener('click', (event) => {
  const link = event.target.closest('.notice a[href^="#"]');
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  if (field.tomselect) field.tomselect.focus();
  else (field.matches('input, select, textarea') ? field : field.querySelector('input') ?? field).focus();
});

const question = document.querySelector('[data-guard-question]')?.dataset.guardQuestion;

function guard(form) {
  let touched = form.querySelector('[aria-invalid="true"], .conflict') !== null;
  const sign = form.querySelector('[data-unsaved]');
  const show = () => { if (sign) sign.hidden = !touched; };
  const touch = () => { touched = true; show(); };
  show();
  form.addEventListener('input', touch);
  form.addEventListener('change', touch);
  form.addEventListener('submit', () => { touched = false; });
  form.querySelector('[data-leave]')?.addEventListener('click', (event) => {
    if (touched && question && !window.confirm(question)) event.preventDefault();
    else touched = false;
  });
  window.addEventListener('beforeunload', (event) => { if (touched) event.preventDefault(); });
}

for (const form of document.querySelectorAll('form[data-guard]')) guard(form);

// Until the answer comes a form is sent once. If none comes, or the browser brings the page back, it can be sent again.
const MOST_WAITED = 20_000;

function wait(form, isWaiting) {
  if (isWaiting) form.setAttribute('aria-busy', 'true');
  else form.removeAttribute('aria-busy');
  for (const button of form.querySelectorAll('[type=submit]')) button.disabled = isWaiting;
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.matches('[data-guard]')) return;
  if (form.hasAttribute('aria-busy')) { event.preventDefault(); return; }
  form.setAttribute('aria-busy', 'true');
  setTimeout(() => wait(form, true)); // not yet: a disabled button doesn't say that it was the one pressed
  setTimeout(() => wait(form, false), MOST_WAITED);
});

// Some browsers bring back even that a button was disabled.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-guard]')) wait(form, false);
});

document.addEventListener('keydown', (event) => {
  if ((event.metaKey || event.ctrlKey) && event.key === 's') {
    const form = document.querySelector('form[data-guard]');
    if (!form || document.querySelector('dialog.dialog[open]')) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector('.save-bar [type=submit]'));
  }
});
