// What a page tells the desk by itself, while it is being left too.
const PATIENCE = 10_000; // milliseconds

export const { csrf } = document.body.dataset;

// The answer, whatever it is; null where there is none.
export async function post(act, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf };
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    return await fetch(`/api/desk/${act}`, { method: "POST", headers, body: JSON.stringify(body), keepalive: true, signal });
  } catch {
    return null;
  }
}
