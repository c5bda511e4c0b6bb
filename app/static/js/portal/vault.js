// What is sealed, and the key for it. The server makes the key of the person and the device; here it is kept so that no
// script can read it out, and only while the phone is open. Locked, it is there only wrapped by the PIN; signed out, not
// at all. What was done and not sent stays sealed until the same person signs in and gets the same key again.
import * as store from './store.js';
import { uuid7 } from './uuid.js';

const ROUNDS = 600000;
const MOST_TRIES = 5;
const bytesOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

export async function deviceId() {
  const known = await store.get('meta', 'device');
  if (known) return known;
  const made = uuid7();
  await store.put('meta', made, 'device');
  return made;
}

// The open key, {user, key, seen}, or nothing while the phone is locked.
export const opened = () => store.get('meta', 'key');

export async function keep(user, raw) {
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  await store.put('meta', { user, key, seen: Date.now() }, 'key');
}

export const keepFrom = (user, text) => keep(user, bytesOf(text));

export async function touch() {
  const open = await opened();
  if (open) await store.put('meta', { ...open, seen: Date.now() }, 'key');
}

export const lock = () => store.remove('meta', 'key');

export async function seal(value) {
  const open = await opened();
  if (!open) throw new Error('locked');
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const text = new TextEncoder().encode(JSON.stringify(value));
  return { user: open.user, iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, open.key, text) };
}

// The value, or nothing where it isn't this person's or can't be opened.
export async function unseal(sealed) {
  const open = await opened();
  if (!open || !sealed || sealed.user !== open.user) return undefined;
  try {
    const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, open.key, sealed.data);
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return undefined;
  }
}

async function wrapping(pin, salt) {
  const known = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, known, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

export const hasPin = async (user) => {
  const kept = await store.get('meta', 'wrapped');
  return Boolean(kept && (user === undefined || kept.user === user));
};

export async function setPin(user, pin, text) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await wrapping(pin, salt), bytesOf(text));
  await store.put('meta', { user, salt, iv, data, tries: 0 }, 'wrapped');
  await keepFrom(user, text);
}

// 'open', 'wrong', or 'none' once it was wrong too often: then only signing in helps.
export async function unlock(pin) {
  const kept = await store.get('meta', 'wrapped');
  if (!kept) return 'none';
  // Counted before it is tried, so that closing the page in between gains nothing.
  const tries = kept.tries + 1;
  await store.put('meta', { ...kept, tries }, 'wrapped');
  try {
    const raw = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, await wrapping(pin, kept.salt), kept.data);
    await keep(kept.user, raw);
    await store.put('meta', { ...kept, tries: 0 }, 'wrapped');
    return 'open';
  } catch {
    if (tries < MOST_TRIES) return 'wrong';
    await store.remove('meta', 'wrapped');
    return 'none';
  }
}

// The session is over: nothing that can be read stays. What wasn't sent stays sealed, the PIN's wrapped key with it.
export async function closeAll() {
  await lock();
  await store.clear('days');
  await store.remove('meta', 'push_told');
}

export const forgetPin = () => store.remove('meta', 'wrapped');

// Signed out: nothing stays, and the worker goes too.
export async function wipe() {
  await store.destroy();
  if ('caches' in globalThis) {
    for (const name of await caches.keys()) if (name.startsWith('starline-phone')) await caches.delete(name);
  }
  const worker = await navigator.serviceWorker?.getRegistration('/my');
  await worker?.unregister();
}
