// Signing out leaves nothing on the phone, from whatever page. What isn't sent yet is sent first, or asked about.
import * as queue from './queue.js';
import * as store from './store.js';
import * as vault from './vault.js';

async function stays() {
  try {
    if (navigator.onLine) await queue.send();
  } catch {
    // Then it is asked about.
  }
  const count = await queue.waiting();
  if (!count) return false;
  const sheet = document.getElementById('leave');
  if (!sheet) return false;
  const words = JSON.parse(document.getElementById('words').dataset.words);
  sheet.querySelector('[data-leave-words]').textContent = words.unsent.replace('#', count);
  sheet.returnValue = 'stay';
  sheet.showModal();
  await new Promise((resolve) => { sheet.addEventListener('close', resolve, { once: true }); });
  return sheet.returnValue !== 'leave';
}

async function leave(form) {
  try {
    if (await store.exists()) {
      if (await stays()) return;
      await vault.wipe();
    }
  } catch {
    // A browser that keeps nothing has nothing to remove.
  }
  form.submit();
}

document.addEventListener('submit', (event) => {
  if (event.target.getAttribute('action') !== '/logout') return;
  event.preventDefault();
  leave(event.target);
});
