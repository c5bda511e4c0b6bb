// Adding what a form refers to without leaving it: the server's piece in a dialog, its answer chosen in the form.
import { enhance } from './fields.js';
import { pick } from './picker.js';
import { ended, refusal, toast } from './toasts.js';

const parsed = (html) => new DOMParser().parseFromString(html, 'text/html').querySelector('form.in-place');

// What both forms have, such as the client, is filled in from the form around.
function address(select) {
  const url = new URL(select.dataset.create, location.href);
  for (const [name, value] of new FormData(select.form)) {
    if (name.endsWith('_id') && value && name !== select.name) url.searchParams.set(name, value);
  }
  return url;
}

function draw(dialog, html) {
  const form = document.adoptNode(parsed(html));
  dialog.replaceChildren(form);
  for (const one of form.querySelectorAll('select[data-pick]')) pick(one);
  enhance(form);
  return form;
}

const first = (form) => form.querySelector('[aria-invalid="true"], input:not([type=hidden]), select, textarea');

function choose(select, row) {
  const id = String(row.id);
  if (select.tomselect) {
    select.tomselect.addOption({ value: id, text: row.label });
    select.tomselect.setValue(id);
    select.tomselect.setTextboxValue('');
  } else {
    select.add(new Option(row.label, id));
    select.value = id;
  }
  select.dispatchEvent(new Event('input', { bubbles: true }));
}

async function send(form, dialog, select) {
  const button = form.querySelector('[type=submit]');
  button.disabled = true;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: 'POST', body, credentials: 'same-origin' }).catch(() => undefined);
  button.disabled = false;
  if (answer?.redirected) { say(form, ended()); return; }
  if (answer?.status === 201) { choose(select, await answer.json()); dialog.close(); return; }
  const html = await answer?.text();
  if (!html || !parsed(html)) { say(form, refusal(html)); return; }
  first(draw(dialog, html))?.focus();
}

// In the dialog itself: what lies over the page lies behind it. What was typed stays.
function say(form, sentence) {
  form.querySelector('[data-trouble]')?.remove();
  const notice = document.createElement('p');
  notice.className = 'notice is-bad';
  notice.dataset.trouble = '';
  notice.setAttribute('role', 'alert');
  notice.textContent = sentence;
  form.querySelector('.stacked').prepend(notice);
  notice.scrollIntoView({ block: 'nearest' });
}

// Opens the dialog; `text` is what was typed in the picker and found nowhere.
export async function add(select, text = '') {
  const answer = await fetch(address(select), { credentials: 'same-origin' }).catch(() => undefined);
  if (answer?.redirected) { toast(ended(), 'warn'); return; }
  const html = await answer?.text();
  if (!answer?.ok) { toast(refusal(html), 'bad'); return; }
  const dialog = document.createElement('dialog');
  dialog.className = 'dialog';
  dialog.setAttribute('aria-labelledby', 'in-place-title');
  document.body.append(dialog);
  const form = draw(dialog, html);
  const words = form.querySelector('input[type=text]:not([data-money])');
  if (words && text) words.value = text;
  dialog.addEventListener('submit', (event) => { event.preventDefault(); send(event.target, dialog, select); });
  dialog.addEventListener('click', (event) => { if (event.target.closest('[data-close]')) dialog.close(); });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (select.tomselect) { select.tomselect.focus(); select.tomselect.close(); } else select.focus();
  });
  dialog.showModal();
  first(form)?.focus();
}
