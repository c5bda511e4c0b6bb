// What lies on this phone: one IndexedDB. Only names, numbers and states stand in it in the clear; everything that
// tells of somebody is sealed by `vault.js`.
const NAME = 'starline-phone';
const STORES = { meta: undefined, days: undefined, acts: 'event_id' };

const NEVER = new Promise(() => {});

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) asked.result.createObjectStore(name, keyPath ? { keyPath } : {});
    };
    asked.onsuccess = () => {
      // Another tab signs out: it must not wait for this one, and nothing may come back from here.
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = NEVER;
        globalThis.document?.dispatchEvent(new Event('gone'));
      };
      asked.result.onclose = () => { opened = undefined; };
      resolve(asked.result);
    };
    asked.onerror = () => { opened = undefined; reject(asked.error); };
  });
  return opened;
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore(name, mode, work) {
  const database = await open();
  const transaction = database.transaction(name, mode, { durability: 'strict' });
  const finished = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  const result = await done(work(transaction.objectStore(name)));
  await finished;
  return result;
}

export const get = (name, key) => inStore(name, 'readonly', (store) => store.get(key));
export const all = (name) => inStore(name, 'readonly', (store) => store.getAll());
export const put = (name, value, key) => inStore(name, 'readwrite', (store) => (key === undefined ? store.put(value) : store.put(value, key)));
export const remove = (name, key) => inStore(name, 'readwrite', (store) => store.delete(key));
export const clear = (name) => inStore(name, 'readwrite', (store) => store.clear());

// Counts up and answers the new number: no two acts of this phone have the same.
export async function next(name) {
  const database = await open();
  const transaction = database.transaction('meta', 'readwrite', { durability: 'strict' });
  const store = transaction.objectStore('meta');
  return new Promise((resolve, reject) => {
    let number;
    store.get(name).onsuccess = (event) => {
      number = (event.target.result ?? 0) + 1;
      store.put(number, name);
    };
    transaction.oncomplete = () => resolve(number);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

// Everything, for good. Resolves when it is gone.
export async function destroy() {
  if (opened) (await opened).close();
  opened = NEVER; // what this page still has under way must not make it anew
  await new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = asked.onerror = resolve;
  });
}

export async function exists() {
  if (!indexedDB.databases) return true;
  return (await indexedDB.databases()).some((one) => one.name === NAME);
}
