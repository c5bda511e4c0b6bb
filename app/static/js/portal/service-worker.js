// Keeps the portal's own files and the page for when there is no signal. Nothing that tells of anybody is ever cached.
// VERSION, FILES and ICON are written in front of this by the server.
const KEPT = `starline-phone-${VERSION}`;
const SHELL = 'starline-phone-shell';
const PATIENCE = 6000;

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(KEPT);
    await cache.addAll(FILES.map((path) => new Request(path, { cache: 'reload' })));
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('starline-phone') && name !== KEPT && name !== SHELL) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

// A thin line may hold a page up for minutes: after a while what lies here is better.
function patiently(request) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('too slow')), PATIENCE);
    fetch(request).then(resolve, reject);
  });
}

async function page(request) {
  const shell = await (await caches.open(SHELL)).match('/my/shell');
  if (!shell) return fetch(request);
  try {
    const answer = await patiently(request);
    return answer.status >= 502 && answer.status <= 504 ? shell : answer;
  } catch {
    return shell;
  }
}

// What an address with a mark of its content answers never changes; the rest is asked for anew where that works.
const isMarked = (url) => url.searchParams.has('v') || /^\/static\/js-/.test(url.pathname);

async function file(request, isFixed) {
  const kept = await (await caches.open(KEPT)).match(request);
  if (kept && isFixed) return kept;
  try {
    return await fetch(request);
  } catch (problem) {
    if (kept) return kept;
    throw problem;
  }
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (event.request.mode === 'navigate') event.respondWith(page(event.request));
  else if (/^\/(static|theme)\//.test(url.pathname)) event.respondWith(file(event.request, isMarked(url)));
});

// What the office asks while every page is closed. A later word on the same matter takes the place of the earlier one.
self.addEventListener('push', (event) => {
  const { title, body, tag, language: lang, url } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, icon: ICON, badge: ICON, data: { url } }));
});

// Never in place of a page that is open: something may be half written there.
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { pathname } = new URL(event.notification.data.url, self.location.origin);
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: 'window' });
    const there = pages.find((one) => new URL(one.url).pathname === pathname);
    return there ? there.focus() : self.clients.openWindow(pathname);
  })());
});
