// The forms of a visit: what is pressed is kept on the phone first and sent then, with signal or without.
import * as daysOf from './days.js';
import { position } from './position.js';
import * as queue from './queue.js';
import { photoOf, readyPad, signatureOf } from './signature.js';
import { say } from './words.js';

const DEVICE = `${navigator.userAgentData?.platform ?? navigator.platform ?? ''} ${navigator.userAgentData?.brands?.at(-1)?.brand ?? ''}`.trim().slice(0, 120);
const visitOf = (form) => form.getAttribute('action').match(/visits\/([0-9a-f-]{36})/)?.[1];

class Unfit extends Error {}

async function told(form, submitter) {
  const entry = new FormData(form);
  const text = (name) => String(entry.get(name) ?? '').trim();
  switch (form.dataset.act) {
    case 'task': return { task_id: text('task_id'), outcome: submitter.value, text: text('text') };
    case 'note': return { text: text('text') };
    case 'mileage': return { miles: text('miles').replace(',', '.') };
    case 'signature': {
      const image = signatureOf(form.closest('[data-signature]'));
      if (!image) throw new Unfit(say('signFirst'));
      return { name: text('name'), image };
    }
    case 'photo': {
      const file = entry.get('image');
      if (!file?.size) throw new Unfit(say('failed'));
      return { image: await photoOf(file) };
    }
    default: return { ...(await position()), device: DEVICE, seen_starts_at: text('seen_starts_at') };
  }
}

async function keep(form, submitter) {
  if (form.dataset.act === 'task' && submitter.getAttribute('aria-pressed') === 'true') return;
  const happened = new Date().toISOString(); // when it was pressed, not when the position was found
  const isClock = form.dataset.act.startsWith('clock');
  const words = isClock ? submitter.lastChild : undefined;
  const before = words?.textContent;
  submitter.disabled = true;
  if (words) words.textContent = say('asking');
  try {
    const act = await told(form, submitter);
    await queue.add({ kind: form.dataset.act, visit_id: visitOf(form), happened_at: happened, ...act });
    empty(form);
    document.dispatchEvent(new CustomEvent('done'));
  } finally {
    submitter.disabled = false;
    if (words) words.textContent = before;
  }
}

function empty(form) {
  for (const field of form.elements) delete field.dataset.typed;
  form.closest('details')?.removeAttribute('open');
  const stays = form.dataset.act === 'note' || form.dataset.act === 'mileage';
  if (!stays) form.reset();
  form.closest('[data-signature]')?.dispatchEvent(new Event('kept'));
}

// Where a phone can't keep anything, the form goes the server's way.
function sendPlainly(form, submitter) {
  form.dataset.plain = 'yes';
  form.requestSubmit(submitter);
}

function problemIn(form, sentence) {
  const place = form.querySelector('[role=alert]');
  if (!place) return;
  place.textContent = sentence;
  place.hidden = !sentence;
}

async function onAct(event, form) {
  event.preventDefault();
  problemIn(form, '');
  try {
    await keep(form, event.submitter ?? form.querySelector('[type=submit]'));
  } catch (problem) {
    if (problem instanceof Unfit) problemIn(form, problem.message);
    else if (navigator.onLine) sendPlainly(form, event.submitter);
    else problemIn(form, say('failed'));
  }
}

async function onDoor(event, form) {
  event.preventDefault();
  problemIn(form, '');
  const visitId = visitOf(form);
  try {
    const { csrf_token: token } = await queue.fetchDays();
    const answer = await queue.post(`/api/v1/my/visits/${visitId}/door_code`, token, {});
    const body = await answer.json();
    if (!answer.ok) return problemIn(form, body.message);
    await daysOf.keepDoorCode(visitId, body.door_code);
    document.dispatchEvent(new CustomEvent('done', { detail: { visitId, doorCode: body.door_code } }));
  } catch {
    problemIn(form, say('doorNeedsSignal'));
  }
  return undefined;
}

// iPhones know their map program by another name.
function onRoute(event, link) {
  if (!/iPhone|iPad|iPod/.test(navigator.userAgent)) return;
  event.preventDefault();
  const place = new URLSearchParams(link.getAttribute('href').split('?')[1]).get('q');
  location.href = `maps://?daddr=${encodeURIComponent(place)}`;
}

let isListening = false;

export function readyForms(root, { isPlain = false } = {}) {
  if (!isPlain) for (const card of (root ?? document).querySelectorAll('[data-signature]')) readyPad(card);
  if (isListening) return;
  isListening = true;
  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-route]');
    if (link) onRoute(event, link);
  });
  if (isPlain) return;
  document.addEventListener('input', (event) => { event.target.dataset.typed = 'yes'; });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.dataset.plain) delete form.dataset.plain;
    else if (form.dataset.act) onAct(event, form);
    else if (form.dataset.door !== undefined) onDoor(event, form);
  });
}
