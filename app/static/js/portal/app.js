// The phone's pages: drawn by the server, and kept going from here when there is no signal.
import './leaving.js';
import * as daysOf from './days.js';
import { fill } from './fill.js';
import { readyForms } from './forms.js';
import { guard, offerPin } from './lock.js';
import { keepPush, offerPush } from './push.js';
import * as queue from './queue.js';
import * as store from './store.js';
import * as vault from './vault.js';
import { say } from './words.js';
import { readyWorker, wakeWorker } from './workers.js';

const REFRESH = 120000;
const page = placeOf(document.body.dataset.page);
const user = Number(document.body.dataset.user) || undefined;
const state = { days: undefined, isOffline: !navigator.onLine, hasEnded: false, failures: 0, timer: undefined, sending: undefined };
const others = 'BroadcastChannel' in globalThis ? new BroadcastChannel('starline-phone') : undefined;

// What the address asks for: the page for when there is no signal stands at all of them.
function placeOf(name) {
  const [, id] = location.pathname.match(/^\/my\/visits\/([0-9a-f-]{36})/) ?? [];
  const byPath = id ? 'visit' : { '/my': 'day', '/my/': 'day', '/my/schedule': 'schedule' }[location.pathname];
  return { isShell: name === 'shell', name: name === 'shell' ? byPath ?? 'other' : name, id };
}

function viewRoot() {
  const there = document.querySelector('#view [data-of]');
  if (there || !page.isShell) return there;
  const template = document.getElementById(`of-${page.name}`);
  if (!template) return undefined;
  document.getElementById('view').append(template.content.cloneNode(true));
  return document.querySelector('#view [data-of]');
}

async function draw() {
  if (document.hidden && !page.isShell && !state.days) return;
  const acts = await queue.kept();
  const days = state.days ?? (page.isShell ? await daysOf.load() : undefined);
  const shown = days && daysOf.withActs(days, acts);
  const model = shown && page.name !== 'other' ? daysOf.viewOf(page.name, shown, page.id) : undefined;
  if (model) {
    const root = viewRoot();
    if (root) fill(root, model);
    readyForms(root);
  }
  if (page.isShell) drawShell(model, days?.today);
  drawEye(acts, days);
  await drawSync();
}

function drawShell(model, today) {
  const words = document.querySelector('[data-shell-words]');
  words.hidden = Boolean(model);
  words.textContent = say(page.name === 'other' ? 'needsSignal' : 'noDays');
  for (const tab of document.querySelectorAll('[data-tab]')) {
    const isHere = tab.pathname === location.pathname || (page.name === 'visit' && tab.dataset.tab === 'day');
    tab.toggleAttribute('aria-current', isHere);
    if (isHere) {
      tab.setAttribute('aria-current', 'page');
      document.querySelector('[data-shell-title]').textContent = tab.textContent.trim();
    }
  }
  const how = { weekday: 'long', month: 'short', day: 'numeric', timeZone: 'UTC' };
  const day = today ? new Intl.DateTimeFormat(`${document.documentElement.lang}-US`, how).format(new Date(today)) : '';
  document.querySelector('[data-shell-day]').textContent = day;
}

// What the office has to look at, or what wasn't taken: it stays until somebody has seen it.
function drawEye(acts, days) {
  const visits = new Map((days?.visits ?? []).map((one) => [one.id, one]));
  const items = queue.forEye(acts).map((one) => {
    const visit = visits.get(one.visit_id);
    const how = { weekday: 'short', hour: 'numeric', minute: '2-digit', timeZone: visit?.zone };
    const when = new Date(one.happened_at).toLocaleString(`${document.documentElement.lang}-US`, how);
    return { id: one.event_id, title: [say('acts')[one.kind], visit?.client, when].filter(Boolean).join(' · '), sentence: one.sentence };
  });
  const eye = document.getElementById('eye');
  fill(eye, { items });
  eye.hidden = !items.length;
}

async function drawSync() {
  const bar = document.getElementById('sync');
  const count = await queue.waiting();
  const [one, many] = state.isOffline ? ['noSignalOne', 'noSignalMany'] : state.failures > 1 ? ['notTaken', 'notTakenMany'] : ['sendingOne', 'sendingMany'];
  const nothing = state.isOffline ? say('noSignal') : '';
  const over = count ? say('ended') : '';
  const words = state.hasEnded ? over : count === 0 ? nothing : count === 1 ? say(one) : say(many, count);
  bar.querySelector('[data-sync-words]').textContent = words;
  bar.querySelector('[data-sync-sign-in]').hidden = !state.hasEnded || page.name === 'ended';
  bar.hidden = !words;
}

async function take(days, before) {
  Object.assign(state, { days, isOffline: false });
  await daysOf.keep(days);
  await queue.drop(before);
}

// Fetches the days; says whether there is signal.
async function refresh() {
  try {
    const before = await queue.sent();
    await take(await queue.fetchDays(), before);
    return true;
  } catch (problem) {
    await failed(problem);
    return false;
  }
}

async function failed(problem) {
  if (problem instanceof queue.Ended) return ended();
  state.isOffline = !navigator.onLine || problem instanceof TypeError || problem?.name === 'TimeoutError';
  return undefined;
}

async function ended() {
  state.hasEnded = true;
  state.days = undefined;
  clearTimeout(state.timer);
  await vault.closeAll();
  if (user || (page.isShell && navigator.onLine)) location.replace(`/login?next=${encodeURIComponent(location.pathname)}`);
}

// Sends what waits; tries again by itself, later and later, for as long as something waits.
async function send() {
  if (state.hasEnded) return;
  state.sending ??= (async () => {
    clearTimeout(state.timer);
    try {
      const outcome = await queue.send(state.failures ? undefined : state.days, state.failures);
      state.failures = 0;
      if (outcome) {
        await refresh();
        others?.postMessage('sent');
      }
    } catch (problem) {
      state.failures += 1;
      await failed(problem);
      if (!state.hasEnded) await wakeWorker();
    } finally {
      state.sending = undefined;
    }
    if (!state.hasEnded && (await queue.waiting())) state.timer = setTimeout(send, queue.pauseAfter(state.failures));
    await draw();
  })();
  await state.sending;
}

async function comeBack() {
  if (!(await vault.opened()) || state.hasEnded) return;
  if (await refresh()) await send();
  await draw();
}

// The key of this person: the one that lies here, or from the server after signing in.
async function ensureKey() {
  const open = await vault.opened();
  if (open && (!user || open.user === user)) return true;
  if (!user) return false;
  if (open || (await store.get('days', 'days'))) await vault.closeAll(); // somebody else's
  if (!(await vault.hasPin(user))) await vault.forgetPin();
  const days = await queue.fetchDays();
  const answer = await queue.post('/api/v1/my/key', days.csrf_token, { device: await vault.deviceId() });
  if (!answer.ok) throw new Error(`key ${answer.status}`);
  await vault.keepFrom(user, (await answer.json()).key);
  state.days = days;
  return true;
}

function listen() {
  document.addEventListener('gone', () => location.replace('/login?next=/my'));
  addEventListener('online', comeBack);
  addEventListener('offline', () => { state.isOffline = true; draw(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) comeBack(); });
  others?.addEventListener('message', comeBack);
  setInterval(() => { if (!document.hidden) draw(); }, 30000);
  setInterval(() => { if (!document.hidden) comeBack(); }, REFRESH);
  document.addEventListener('done', async (event) => {
    if (event.detail?.doorCode) {
      const visit = state.days?.visits.find((one) => one.id === event.detail.visitId);
      if (visit) visit.door_code = event.detail.doorCode;
    }
    await draw();
    if (!event.detail?.doorCode) await send();
  });
  document.getElementById('eye').addEventListener('click', async (event) => {
    if (!event.target.closest('[data-seen]')) return;
    await queue.seen(event.target.closest('li').dataset.key);
    await draw();
  });
}

async function begin() {
  if (document.body.dataset.page === 'ended') {
    state.hasEnded = true;
    if (!(await store.exists())) return;
    await vault.closeAll();
    await drawSync();
    return;
  }
  readyWorker();
  await guard({ user, lock: stop });
  let isOpen = false;
  try {
    isOpen = await ensureKey();
  } catch (problem) {
    await failed(problem);
  }
  if (!isOpen) {
    if (page.isShell) drawShell(undefined);
    await drawSync();
    if (page.isShell && navigator.onLine && !state.isOffline) await refresh();
    return;
  }
  await draw();
  listen();
  await comeBack();
  await offerPin({ user, days: () => state.days });
  await offerPush(user);
  await keepPush(user);
}

// The agency doesn't want work without signal any more: what is here is sent and put away.
async function putAway() {
  if (!(await store.exists())) return;
  try {
    await queue.send();
  } catch {
    // Tried again with the next page.
  }
  if (await queue.waiting()) await vault.closeAll();
  else await vault.wipe();
}

function stop() {
  clearTimeout(state.timer);
  state.days = undefined;
}

// Without these a browser gets the server's plain pages, which do the same with signal.
if (document.body.dataset.offline !== 'yes') {
  readyForms(document, { isPlain: true });
  putAway();
} else if (globalThis.indexedDB && globalThis.crypto?.subtle) begin();
