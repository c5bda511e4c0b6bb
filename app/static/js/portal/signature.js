// The client signs with a finger: a canvas in place of a file, and the picture it makes.
export function readyPad(card) {
  const pad = card.querySelector('[data-pad]');
  const clear = card.querySelector('[data-pad-clear]');
  if (!pad || pad.dataset.ready) return;
  pad.dataset.ready = 'yes';
  pad.hidden = clear.hidden = false;
  card.querySelector('[data-without-pad]').hidden = true;
  const ink = pad.getContext('2d');
  const at = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) * (pad.width / box.width), (event.clientY - box.top) * (pad.height / box.height)];
  };
  const wipe = () => {
    ink.fillStyle = '#fff';
    ink.fillRect(0, 0, pad.width, pad.height);
    Object.assign(ink, { strokeStyle: '#111', lineWidth: 4, lineCap: 'round', lineJoin: 'round' });
    delete pad.dataset.signed;
  };
  wipe();
  clear.addEventListener('click', wipe);
  pad.addEventListener('pointerdown', (event) => {
    pad.setPointerCapture(event.pointerId);
    ink.beginPath();
    ink.moveTo(...at(event));
    event.preventDefault();
  });
  pad.addEventListener('pointermove', (event) => {
    if (!pad.hasPointerCapture(event.pointerId)) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) ink.lineTo(...at(one));
    ink.stroke();
    pad.dataset.signed = 'yes';
  });
  card.addEventListener('kept', wipe);
}

export const signatureOf = (card) => {
  const pad = card.querySelector('[data-pad]');
  return pad.dataset.signed ? pad.toDataURL('image/png') : undefined;
};

const LONGEST_SIDE = 1600;

// A photo no larger than it needs to be to be looked at, for it may have to travel over a thin line.
export async function photoOf(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.toDataURL('image/jpeg', 0.85);
}
