// A cell is changed where it stands: a click or F2 asks the server for its form, Enter and Tab save, Escape gives up.
import { ended, refusal, toast } from './toasts.js';

let editing; // {cell, before, form, sent}

const editable = (cell) => {
  const table = cell?.closest('table[data-base]');
  return table?.tHead.rows[0].cells[cell.cellIndex]?.dataset.cell;
};

const values = (form) => new URLSearchParams([...new FormData(form)].filter(([name]) => name !== 'csrf_token')).toString();

const rowKey = (row) => row.querySelector('a[href]')?.getAttribute('href').split('/').pop();

const parsed = (html) => new DOMParser().parseFromString(html, 'text/html');

function close() {
  if (!editing) return;
  const { cell, before } = editing;
  editing = undefined;
  cell.classList.remove('is-editing');
  cell.replaceChildren(...before);
}

function draw(html) {
  const { cell } = editing;
  cell.classList.add('is-editing');
  editing.form = document.adoptNode(parsed(html).querySelector('form'));
  cell.replaceChildren(editing.form);
  const control = editing.form.querySelector('input:not([type=hidden]), select, textarea');
  control?.focus({ preventScroll: false });
  if (control?.matches('input:not([type=checkbox]):not([type=date]):not([type=time])')) control.select();
}

async function ask(cell) {
  const name = editable(cell);
  if (!name || editing?.cell === cell) return;
  if (editing && !(await save())) return;
  const base = cell.closest('table').dataset.base;
  const mine = { cell, before: [...cell.childNodes], url: `${base}/${rowKey(cell.parentElement)}/cell/${name}` };
  const answer = await fetch(mine.url, { credentials: 'same-origin' }).catch(() => undefined);
  // A session that has ended answers with a redirect to the sign-in page.
  if (answer?.redirected) { location.reload(); return; }
  const html = await answer?.text();
  if (!answer?.ok) { toast(refusal(html), 'bad'); return; }
  if (!cell.isConnected) return;
  editing = mine;
  draw(html);
  editing.sent = values(editing.form);
}

// True once the cell is closed: unchanged, or saved. False while it is not saved: what was typed stays in it.
async function save() {
  const mine = editing;
  if (!mine || mine.busy) return !mine;
  if (values(mine.form) === mine.sent) { close(); return true; }
  mine.busy = true;
  mine.cell.setAttribute('aria-busy', 'true');
  const columns = new URLSearchParams(location.search).getAll('columns');
  const query = columns.length ? `?${new URLSearchParams(columns.map((one) => ['columns', one]))}` : '';
  const body = new URLSearchParams(new FormData(mine.form));
  const answer = await fetch(mine.url + query, { method: 'POST', body, credentials: 'same-origin' }).catch(() => undefined);
  const html = await answer?.text();
  mine.busy = false;
  mine.cell.removeAttribute('aria-busy');
  if (answer?.redirected) { toast(ended(), 'warn'); return false; }
  if (!answer?.ok) {
    if (!html?.includes('cell-form')) { toast(refusal(html), 'bad'); return false; }
    draw(html);
    mine.sent = undefined;
    return false;
  }
  const fresh = parsed(html).querySelector('tbody tr');
  const row = mine.cell.parentElement;
  const tick = row.querySelector('.tick')?.checked;
  editing = undefined;
  row.replaceChildren(...[...fresh.children].map((one) => document.adoptNode(one)));
  if (tick) row.querySelector('.tick').checked = true;
  row.cells[mine.cell.cellIndex]?.classList.add('was-saved');
  const undo = answer.headers.get('X-Undo');
  if (undo) toast(document.querySelector('[data-toasts]').dataset.saved, 'good', { url: undo, token: body.get('csrf_token') });
  return true;
}

function neighbour(row, index, step) {
  for (let at = index + step; row.cells[at]; at += step) if (editable(row.cells[at])) return row.cells[at];
  const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (!next) return undefined;
  return neighbour(next, step > 0 ? -1 : next.cells.length, step);
}

async function leave(event) {
  const { cell } = editing;
  const [row, index] = [cell.parentElement, cell.cellIndex];
  if (event.key === 'Escape') { close(); row.querySelector('a[href]')?.focus(); return; }
  const step = event.key === 'Tab' ? (event.shiftKey ? -1 : 1) : 0;
  if (!(await save())) return;
  const next = step && neighbour(row, index, step);
  if (next) await ask(next);
  else row.querySelector('a[href]')?.focus();
}

document.addEventListener('keydown', (event) => {
  if (editing?.form?.contains(event.target)) {
    if (!['Escape', 'Enter', 'Tab'].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    leave(event);
    return;
  }
  if (event.key !== 'F2') return;
  const row = event.target.closest('[data-rows] tbody tr') ?? document.querySelector('[data-rows] tr.is-current');
  const cell = row && neighbour(row, -1, 1);
  if (cell?.parentElement === row) { event.preventDefault(); ask(cell); }
}, true);

document.addEventListener('submit', (event) => {
  if (!event.target.matches('.cell-form')) return;
  event.preventDefault();
  save();
});

document.addEventListener('pointerover', (event) => {
  const cell = event.target.closest?.('[data-rows] tbody td');
  if (cell && editable(cell)) cell.classList.add('can-edit');
});

document.addEventListener('click', (event) => {
  const cell = event.target.closest?.('[data-rows] tbody td');
  // Whoever puts a message away is not done with the cell.
  if (event.composedPath().includes(document.querySelector('[data-toasts]'))) return;
  if (editing && !editing.cell.contains(event.target)) {
    const mine = editing;
    save().then((done) => { if (done && cell && cell !== mine.cell && !event.target.closest('a, button, input')) ask(cell); });
    return;
  }
  if (!cell || editing || event.target.closest('a, button, input, select, label') || String(getSelection())) return;
  if (matchMedia('(min-width: 768px)').matches) ask(cell);
});
