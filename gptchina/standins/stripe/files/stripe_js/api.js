// Asks the API, and refuses what the real Stripe.js would.

const HOME = document.currentScript?.src ?? "https://js.stripe.com/";
// The API stands where this script came from; a test may serve it under the real one's address.
const API = HOME.startsWith("https://js.stripe.com/")
  ? "https://api.stripe.com"
  : HOME.replace(/\/js\/stripe\.js.*$/, "");

function refuse(message) {
  const error = new Error(message);
  error.name = "IntegrationError";
  (window.__stripeIntegrationErrors ||= []).push(message);
  throw error;
}

function form(values, within = "", written = new URLSearchParams()) {
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    const name = within ? `${within}[${key}]` : key;
    if (typeof value === "object") form(value, name, written);
    else written.append(name, value);
  }
  return written;
}

async function ask(method, path, values) {
  const written = form(values);
  try {
    const reply =
      method === "GET"
        ? await fetch(`${API}/v1${path}?${written}`)
        : await fetch(`${API}/v1${path}`, { method, body: written });
    const answer = await reply.json();
    return reply.ok ? answer : { error: answer.error };
  } catch {
    const message = "An error occurred with our connection to Stripe.";
    return { error: { type: "api_connection_error", message } };
  }
}

const idOf = (secret) => secret.split("_secret_")[0];
