// Locking after a while without a touch, and the PIN that opens the phone again without signal.
import * as daysOf from './days.js';
import * as queue from './queue.js';
import * as store from './store.js';
import * as vault from './vault.js';
import { say } from './words.js';

const OFTEN = 10000;
const DEFAULT_MINUTES = 5;
const TOO_EASY = /^(\d)\1+$|^(?:0?123456789?0?|9?876543210?)$/;
const phone = document.getElementById('phone');
const dialog = document.getElementById('lock');
let seen = Date.now();
let limit = DEFAULT_MINUTES * 60000;

// Resolves once the phone is open. From then on it watches, and locks.
export async function guard({ user, lock }) {
  const minutes = Number(document.body.dataset.lockMinutes) || (await store.get('meta', 'lock_minutes')) || DEFAULT_MINUTES;
  limit = minutes * 60000;
  await store.put('meta', minutes, 'lock_minutes');
  const open = await vault.opened();
  const isMine = await vault.hasPin(user);
  if (isMine && (!open || Date.now() - open.seen > limit)) {
    await vault.lock();
    await ask(true);
  }
  await touch();
  for (const name of ['pointerdown', 'keydown', 'scroll']) addEventListener(name, noteTouch, { passive: true });
  document.addEventListener('visibilitychange', () => (document.hidden ? touch() : check(user, lock)));
  setInterval(() => check(user, lock), OFTEN);
  document.querySelector('[data-lock-now]')?.addEventListener('click', () => lockNow(user, lock));
}

let written = 0;

function noteTouch() {
  seen = Date.now();
  if (seen - written > OFTEN) touch();
}

async function touch() {
  written = Date.now();
  if (!dialog.open) await vault.touch();
}

async function check(user, lock) {
  if (dialog.open || Date.now() - seen <= limit) return;
  await lockNow(user, lock);
}

async function lockNow(user, lock) {
  const hasPin = await vault.hasPin(user);
  // Without a PIN only signing in opens it again: where that can't be done, whoever is at work must be able to go on.
  if (!hasPin && !navigator.onLine) return;
  await vault.lock();
  lock();
  await ask(hasPin);
  location.reload();
}

// Shows nothing but the question, until it is answered.
function ask(hasPin) {
  phone.hidden = true;
  dialog.querySelector('[data-lock-words]').textContent = say(hasPin ? 'locked' : 'lockedNoPin');
  showPinFields(hasPin);
  dialog.addEventListener('cancel', (event) => event.preventDefault());
  dialog.showModal();
  dialog.querySelector('[data-sign-in-again]').onclick = signInAgain;
  return new Promise((resolve) => {
    dialog.querySelector('[data-unlock]').onsubmit = async (event) => {
      event.preventDefault();
      const outcome = await vault.unlock(event.target.pin.value);
      event.target.reset();
      if (outcome === 'none') showPinFields(false);
      problem(outcome === 'open' ? '' : say(outcome === 'none' ? 'noMoreTries' : 'wrongPin'));
      if (outcome !== 'open') return;
      seen = Date.now();
      dialog.close();
      phone.hidden = false;
      resolve();
    };
  });
}

function showPinFields(isShown) {
  for (const one of dialog.querySelectorAll('[data-pin-field]')) one.hidden = !isShown;
}

function problem(sentence) {
  const place = dialog.querySelector('[data-lock-problem]');
  place.textContent = sentence;
  place.hidden = !sentence;
}

// Ends the session, so that the password is really asked for. What wasn't sent stays sealed until then.
async function signInAgain() {
  try {
    const { csrf_token: token } = await queue.fetchDays();
    await queue.ask('/logout', { method: 'POST', headers: { 'X-CSRFToken': token }, redirect: 'manual' });
  } catch (failure) {
    if (!(failure instanceof queue.Ended)) return problem(say('needsSignal'));
  }
  await vault.closeAll();
  await vault.forgetPin();
  location.replace('/login?next=/my');
  return undefined;
}

// The card that offers a PIN, and the choice under Me.
export async function offerPin({ user, days }) {
  const hasPin = await vault.hasPin(user);
  const card = document.querySelector('[data-device]');
  if (card) card.hidden = false;
  for (const one of document.querySelectorAll('[data-pin-set]')) one.hidden = !hasPin;
  for (const one of document.querySelectorAll('[data-pin-none]')) one.hidden = hasPin;
  const offer = document.getElementById('pin-offer');
  offer.hidden = hasPin || !user || document.body.dataset.page !== 'day' || Boolean(await store.get('meta', 'pin_later'));
  for (const button of document.querySelectorAll('[data-pin-open]')) button.onclick = () => choosePin(user, days);
}

function choosePin(user, days) {
  const sheet = document.getElementById('pin');
  const form = sheet.querySelector('form');
  const place = sheet.querySelector('[data-pin-problem]');
  const refuse = (sentence) => { place.textContent = sentence; place.hidden = !sentence; };
  refuse('');
  form.reset();
  sheet.showModal();
  sheet.querySelector('[data-pin-later]').onclick = async () => {
    await store.put('meta', true, 'pin_later');
    sheet.close();
    await offerPin({ user, days });
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    const pin = form.pin.value;
    if (!/^\d{6,12}$/.test(pin)) return refuse(say('pinShort'));
    if (TOO_EASY.test(pin)) return refuse(say('pinSimple'));
    if (pin !== form.again.value) return refuse(say('pinDiffers'));
    try {
      const known = await queue.fetchDays();
      const answer = await queue.post('/api/v1/my/key', known.csrf_token, { device: await vault.deviceId() });
      if (!answer.ok) throw new Error(`key ${answer.status}`);
      await vault.setPin(user, pin, (await answer.json()).key);
      await daysOf.keep(known);
    } catch {
      return refuse(say('failed'));
    }
    sheet.close();
    await offerPin({ user, days });
    return undefined;
  };
}
