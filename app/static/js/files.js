// Handing in documents: dropped or chosen, several at once, each with its progress, cancelled or tried again.
// Without this script the form sends its files itself. Pictures are looked at in a dialog.
import './drop.js';

const AT_ONCE = 2;
const waiting = [];
let running = 0;
let finished = 0;

const element = (name, properties = {}) => Object.assign(document.createElement(name), properties);

function enhance() {
  for (const form of document.querySelectorAll('[data-upload]:not(.is-scripted)')) form.classList.add('is-scripted');
}

function say(task, sentence, tone = '') {
  task.said?.remove();
  task.said = element('p', { textContent: sentence, className: tone });
  task.row.append(task.said);
}

function offer(task, label, act) {
  task.button.textContent = label;
  task.button.setAttribute('aria-label', `${label}: ${task.file.name}`);
  task.button.onclick = act;
}

// What the server refuses is refused again; only what went wrong on the way is worth another try.
function ended(task, sentence, { again = true, tone = '' } = {}) {
  running -= 1;
  task.request = undefined;
  task.bar.hidden = true;
  say(task, sentence, tone);
  if (again) offer(task, task.form.dataset.retry, () => { task.said.remove(); wait(task); });
  else task.button.hidden = true;
  next();
}

function sentenceOf(task) {
  const { request, form } = task;
  if (request.status === 413) return form.dataset.large;
  try { return JSON.parse(request.responseText).message || form.dataset.failed; } catch { return form.dataset.failed; }
}

function send(task) {
  running += 1;
  const { form, file } = task;
  const body = new FormData(form);
  body.delete('files');
  body.append('file', file, file.name);
  const request = task.request = new XMLHttpRequest();
  task.bar.hidden = false;
  task.bar.value = 0;
  request.upload.onprogress = (event) => { if (event.lengthComputable) task.bar.value = event.loaded / event.total; };
  request.onerror = () => ended(task, form.dataset.failed);
  request.onabort = () => ended(task, form.dataset.cancelled, { tone: 'is-quiet' });
  request.onload = () => {
    if (request.responseURL && !request.responseURL.endsWith(form.getAttribute('action'))) { location.reload(); return; }
    if (request.status < 300) { finished += 1; ended(task, form.dataset.done, { again: false, tone: 'is-good' }); return; }
    ended(task, sentenceOf(task), { again: request.status >= 500 || request.status === 429 });
  };
  request.open('POST', form.getAttribute('action'));
  request.setRequestHeader('Accept', 'application/json');
  request.send(body);
  offer(task, form.dataset.cancel, () => request.abort());
}

function next() {
  while (running < AT_ONCE && waiting.length) send(waiting.shift());
  if (!running && finished) { finished = 0; refresh(); }
}

function wait(task) {
  waiting.push(task);
  offer(task, task.form.dataset.cancel, () => {
    waiting.splice(waiting.indexOf(task), 1);
    running += 1;
    ended(task, task.form.dataset.cancelled, { tone: 'is-quiet' });
  });
  next();
}

async function refresh() {
  const list = document.querySelector('[data-file-list]');
  const form = document.querySelector('[data-upload]');
  if (!list || !form) return;
  const answer = await fetch(form.dataset.list, { credentials: 'same-origin' });
  if (!answer.ok || answer.redirected) { location.reload(); return; }
  list.replaceChildren(...new DOMParser().parseFromString(await answer.text(), 'text/html').body.childNodes);
  const badge = document.querySelector('#tab-documents .badge');
  if (badge) badge.textContent = String(list.querySelectorAll('.files > li').length);
}

function take(form, files) {
  const queue = form.querySelector('[data-queue]');
  queue.hidden = false;
  for (const file of files) {
    const row = element('li');
    const bar = element('progress', { max: 1, value: 0 });
    bar.setAttribute('aria-label', file.name);
    const button = element('button', { type: 'button', className: 'button' });
    row.append(element('span', { textContent: file.name }), bar, button);
    queue.append(row);
    wait({ form, file, row, bar, button });
  }
}

document.addEventListener('change', (event) => {
  const form = event.target.closest?.('[data-upload].is-scripted');
  if (!form || event.target.type !== 'file') return;
  take(form, event.target.files);
  event.target.value = '';
});

for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.('[data-upload].is-scripted');
    if (!form || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    form.classList.toggle('is-over', name === 'dragenter' || name === 'dragover');
    if (name === 'drop') take(form, event.dataTransfer.files);
  });
}

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('[data-preview]');
  const dialog = document.querySelector('[data-preview-dialog]');
  if (!link || !dialog || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const image = dialog.querySelector('[data-preview-image]');
  image.src = link.href;
  image.alt = link.dataset.preview;
  dialog.querySelector('[data-preview-name]').textContent = link.dataset.preview;
  dialog.querySelector('[data-preview-open]').href = link.href;
  dialog.showModal();
});

// Files on their way would be lost without a word.
window.addEventListener('beforeunload', (event) => { if (running) event.preventDefault(); });
document.addEventListener('htmx:afterSettle', enhance);
enhance();
