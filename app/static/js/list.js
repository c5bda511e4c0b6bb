// Lists. A filter's comparison is part of its parameter's name, as in `birth_date.gt`: rename the field when it changes.
import { refusal, toast } from './toasts.js';

const lists = document.querySelector('[data-rows][data-base]');
const parts = lists ? Promise.all([import('./selection.js'), import('./cells.js')]) : undefined;

function enhance(scope) {
  parts?.then(([selection]) => selection.enhance());
  for (const part of scope.querySelectorAll('[data-operator], [data-earlier]')) part.hidden = false;
}

document.addEventListener('change', (event) => {
  if (!event.target.matches('[data-operator]')) return;
  const form = event.target.form;
  const values = form.querySelectorAll('select:not([data-operator]), input[name]:not([type=hidden])');
  // "is empty" compares with nothing: the button of the form says it all.
  const [operator, given] = event.target.value.split('=');
  const isAlone = given !== undefined;
  const button = form.querySelector('[type=submit]');
  button.name = isAlone ? `${form.dataset.filter}.${operator}` : '';
  button.value = given ?? '';
  for (const value of values) {
    value.closest('form > *').hidden = isAlone;
    value.disabled = isAlone;
    if (isAlone) continue;
    value.name = form.dataset.filter.includes('*')
      ? form.dataset.filter.replace('*', event.target.value)
      : `${form.dataset.filter}.${event.target.value}`;
  }
});

// Columns stand in the order in which their boxes are sent.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-earlier]');
  const item = button?.closest('li');
  if (!item?.previousElementSibling) return;
  item.previousElementSibling.before(item);
  button.focus();
});

// The relation filter needs its picker only once somebody opens it.
document.addEventListener('toggle', async (event) => {
  if (!(event.target instanceof HTMLDetailsElement) || !event.target.open) return;
  if (event.target.matches('.choice')) event.target.querySelector('input:not([type=hidden]), select:not([data-operator])')?.focus();
  const select = event.target.querySelector('.choice[open] select[data-related], :scope > form select[data-related]');
  if (!select) return;
  await (await import('./picker.js')).pick(select);
  select.tomselect?.focus();
}, true);

// Letters typed while an answer was on its way: it knows nothing of them and must not take them away.
let typed;

function unasked({ requestConfig }) {
  const box = document.getElementById('search');
  if (!box) return undefined;
  const asked = requestConfig.elt === box.form ? requestConfig.parameters.search ?? '' : box.defaultValue;
  const caret = document.activeElement === box ? [box.selectionStart, box.selectionEnd] : undefined;
  // What was asked may have been answered without the blank at its end, after which the next word is being typed.
  return { value: box.value, isAhead: box.value.trim() !== asked.trim(), caret };
}

// A session that has ended answers with the sign-in page: go there instead of emptying the list.
document.addEventListener('htmx:beforeSwap', (event) => {
  if (!event.detail.isError && event.detail.serverResponse.includes(`id="${event.detail.target.id}"`)) {
    typed = unasked(event.detail);
    return;
  }
  event.detail.shouldSwap = false;
  if (event.detail.isError && event.detail.xhr.status !== 401) toast(refusal(event.detail.serverResponse), 'bad');
  else location.assign(event.detail.pathInfo.finalRequestPath);
});

document.addEventListener('htmx:afterSwap', () => {
  const box = document.getElementById('search');
  if (!box || !typed) return;
  if (typed.caret || typed.isAhead) box.value = typed.value;
  if (typed.caret) { box.focus({ preventScroll: true }); box.setSelectionRange(...typed.caret); }
});

document.addEventListener('htmx:afterSettle', () => {
  enhance(document);
  const box = document.getElementById('search');
  const isBehind = box && typed?.isAhead;
  typed = undefined;
  if (isBehind) box.form.requestSubmit();
});

for (const name of ['htmx:sendError', 'htmx:timeout']) document.addEventListener(name, () => toast(refusal(), 'bad'));

enhance(document);
