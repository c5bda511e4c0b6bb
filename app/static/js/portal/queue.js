// What was done, waiting to be sent: kept sealed with an id made here, the time of this phone and a number; sent in
// order, and as often as it takes, because the server knows each id and lets it have its effect once.
import * as store from './store.js';
import * as vault from './vault.js';
import { uuid7 } from './uuid.js';

export const WAITING = 'waiting';
const EYE = ['kept_with_conflict', 'refused'];
const LARGEST_BATCH = 1500000;
const MOST_IN_BATCH = 20;
const FIRST_PAUSE = 5000;
const LONGEST_PAUSE = 300000;
const LEASE = 60000;
const SECONDS = 30;

export class Ended extends Error {}
class Refused extends Error {}

// Resolves once it is safe on the phone.
export async function add(act) {
  const made = { event_id: uuid7(), happened_at: new Date().toISOString(), sequence: await store.next('sequence'), ...act };
  await store.put('acts', { event_id: made.event_id, sequence: made.sequence, state: WAITING, sealed: await vault.seal(made) });
  return made;
}

// Every act of this person's that is kept here, in order: {...act, state, sentence}.
export async function kept() {
  const found = [];
  for (const one of (await store.all('acts')).sort((a, b) => a.sequence - b.sequence)) {
    const act = await vault.unseal(one.sealed);
    if (act) found.push({ ...act, state: one.state });
  }
  return found;
}

export async function waiting() {
  return (await store.all('acts')).filter((one) => one.state === WAITING).length;
}

export const seen = (eventId) => store.remove('acts', eventId);

export const forEye = (acts) => acts.filter((one) => EYE.includes(one.state));

export async function ask(path, options = {}) {
  const answer = await fetch(path, {
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(SECONDS * 1000),
    ...options,
    headers: { Accept: 'application/json', ...options.headers },
  });
  if (answer.status === 401) throw new Ended();
  return answer;
}

export const post = (path, token, body) => ask(path, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'X-CSRFToken': token },
  body: JSON.stringify(body),
});

// The days of whoever is signed in: also where the page's token comes from, since a page without signal has none.
export async function fetchDays() {
  const answer = await ask('/api/v1/my/days');
  if (!answer.ok) throw new Error(`days ${answer.status}`);
  return answer.json();
}

// One sender at a time, over all tabs and the worker; a second one leaves it to the first.
async function alone(work) {
  if (navigator.locks) return navigator.locks.request('starline-phone-acts', { ifAvailable: true }, (held) => (held ? work() : undefined));
  const now = Date.now();
  const lease = await store.get('meta', 'lease');
  if (lease && lease > now) return undefined;
  await store.put('meta', now + LEASE, 'lease');
  try {
    return await work();
  } finally {
    await store.remove('meta', 'lease');
  }
}

function batches(acts, most) {
  const found = [];
  let size = Infinity;
  for (const one of acts) {
    const weight = JSON.stringify(one).length;
    if (size + weight > LARGEST_BATCH || found.at(-1)?.length >= most) {
      found.push([]);
      size = 0;
    }
    found.at(-1).push(one);
    size += weight;
  }
  return found;
}

async function settle(act, answer) {
  if (answer.state === 'kept') return store.put('acts', { event_id: act.event_id, sequence: act.sequence, state: 'kept', sealed: await vault.seal(act) });
  const told = { ...act, image: undefined, sentence: answer.sentence };
  return store.put('acts', { event_id: act.event_id, sequence: act.sequence, state: answer.state, sealed: await vault.seal(told) });
}

async function sendBatch(batch, token) {
  const answer = await post('/api/v1/my/acts', token, { acts: batch });
  if (!answer.ok) throw new Refused(`acts ${answer.status}`);
  const { result } = await answer.json();
  const byId = Object.fromEntries(result.map((one) => [one.event_id, one]));
  for (const act of batch) if (byId[act.event_id]) await settle(act, byId[act.event_id]);
}

// Sends what waits. Answers 'sent' where something was; throws where there is no signal. `days` brings the page's token.
// After `failures` each act goes alone, so that one that the server chokes on holds up no other.
export async function send(days, failures = 0) {
  return alone(async () => {
    const open = await vault.opened();
    const acts = (await kept()).filter((one) => one.state === WAITING);
    if (!open || !acts.length) return undefined;
    const known = days?.user === open.user && days.csrf_token ? days : await fetchDays();
    if (known.user !== open.user) throw new Ended(); // somebody else is signed in now: these are not theirs to send
    let trouble;
    for (const batch of batches(acts.map(({ state, ...act }) => act), failures > 1 ? 1 : MOST_IN_BATCH)) {
      try {
        await sendBatch(batch, known.csrf_token);
      } catch (problem) {
        if (!(problem instanceof Refused) || failures < 2) throw problem;
        trouble = problem;
      }
    }
    if (trouble) throw trouble;
    return 'sent';
  });
}

export const sent = async () => (await store.all('acts')).filter((one) => one.state === 'kept').map((one) => one.event_id);

// What the server has and the newest days show needs no place here any more.
export async function drop(ids) {
  for (const one of ids) await store.remove('acts', one);
}

export function pauseAfter(failures) {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2);
}

// Asked by the browser when there is signal again and no page may be open. Failing lets the browser ask once more.
export async function sendFromWorker() {
  try {
    await send();
    new BroadcastChannel('starline-phone').postMessage('sent');
  } catch (problem) {
    if (!(problem instanceof Ended)) throw problem;
    await vault.closeAll();
  }
}
