// What the board asks of the server. Every answer is {ok, status, body}; without a connection the status is 0.
import { told } from './model.js';

const token = told.token;

async function ask(url, options = {}) {
  try {
    const answer = await fetch(url, { credentials: 'same-origin', ...options });
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { ok: answer.ok && isJson, status: answer.redirected ? 401 : answer.status, body: isJson ? await answer.json() : {} };
  } catch (problem) {
    if (problem.name === 'AbortError') throw problem;
    return { ok: false, status: 0, body: {} };
  }
}

function send(url, body) {
  const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token, 'Idempotency-Key': crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
  return ask(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

export function days(since) {
  const asked = new URLSearchParams({ first: told.loaded.first, days: told.loaded.days, ...(since ? { since } : {}) });
  return ask(`${told.url}?${asked}`);
}

export const move = (visit, body) => send(`/api/v1/visits/${visit.id}/move`, { ...body, version: visit.version });
export const copyWeek = (body) => send(`${told.url}copy_week`, body);
export const takeBack = (ids) => send(`${told.url}take_back`, { ids });
export const conflicts = (visit, asked, signal) => ask(`/api/v1/visit_conflicts/${visit.id}?${new URLSearchParams(asked)}`, { signal });
