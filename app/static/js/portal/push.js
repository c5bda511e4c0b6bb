// Open visits on this phone with every page closed, for the person who has turned it on here.
import * as queue from './queue.js';
import * as store from './store.js';
import { say } from './words.js';

const KEY = document.body.dataset.pushKey;
const TOLD_AGAIN = 12 * 3600 * 1000;
const isPossible = () => Boolean(navigator.serviceWorker && globalThis.PushManager && globalThis.Notification);

const manager = async () => (await navigator.serviceWorker.ready).pushManager;

function bytesOf(key) {
  const text = atob(key.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}

const isOfOurs = (subscription) => {
  const key = subscription?.options?.applicationServerKey;
  return !key || bytesOf(KEY).every((one, place) => new Uint8Array(key)[place] === one);
};

async function post(path, body) {
  const { csrf_token: token } = await queue.fetchDays();
  const answer = await queue.post(path, token, body);
  if (!answer.ok) throw new Error(`push ${answer.status}`);
}

// The browser's subscription under our key; the server is told of it every time, in case it has forgotten.
async function subscribe() {
  const push = await manager();
  let found = await push.getSubscription();
  if (found && !isOfOurs(found)) {
    await found.unsubscribe();
    found = undefined;
  }
  found ??= await push.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(KEY) });
  await post('/api/v1/my/push', { subscription: found.toJSON() });
}

async function unsubscribe() {
  const found = await (await manager()).getSubscription();
  if (!found) return;
  await found.unsubscribe();
  await post('/api/v1/my/push/stop', { endpoint: found.endpoint });
}

async function stateFor(user) {
  if (!isPossible()) return 'impossible';
  if (Notification.permission === 'denied') return 'blocked';
  return Notification.permission === 'granted' && (await store.get('meta', 'push')) === user ? 'on' : 'off';
}

// The choice under Me.
export async function offerPush(user) {
  const card = document.querySelector('[data-push]');
  if (!card || !KEY) return;
  const problem = card.querySelector('[data-push-problem]');
  const draw = async () => {
    const state = await stateFor(user);
    for (const one of card.querySelectorAll('[data-push-when]')) one.hidden = !one.dataset.pushWhen.split(' ').includes(state);
    card.querySelector('[data-push-on]').setAttribute('aria-pressed', String(state === 'on'));
    card.querySelector('[data-push-off]').setAttribute('aria-pressed', String(state === 'off'));
    card.hidden = false;
  };
  const choose = (act, kept) => async () => {
    problem.hidden = true;
    try {
      await act();
      await store.put('meta', kept, 'push');
    } catch {
      problem.textContent = say('failed');
      problem.hidden = false;
    }
    await draw();
  };
  card.querySelector('[data-push-on]').onclick = choose(async () => {
    if ((await Notification.requestPermission()) === 'granted') await subscribe();
  }, user);
  card.querySelector('[data-push-off]').onclick = choose(unsubscribe, undefined);
  await draw();
}

// Now and then, and after each signing in: what was turned on stays on, and is nobody else's.
export async function keepPush(user) {
  if (!KEY || !isPossible() || Notification.permission !== 'granted') return;
  try {
    const whose = await store.get('meta', 'push');
    if (whose && whose !== user) await (await (await manager()).getSubscription())?.unsubscribe();
    if (whose !== user || Date.now() - ((await store.get('meta', 'push_told')) ?? 0) < TOLD_AGAIN) return;
    await subscribe();
    await store.put('meta', Date.now(), 'push_told');
  } catch {
    // Tried again with the next page.
  }
}
