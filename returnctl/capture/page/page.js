"use strict";
// The page works without this. With it, a picture goes out as soon as it is taken, in pieces: what has come stays
// when the connection goes, and the rest follows by itself. The server draws everything; here it is only put in place.
document.documentElement.classList.add("js");

const PIECE = 512 * 1024;
const PATIENCE = [500, 1000, 2000, 4000, 8000];
const busy = new Set();

const words = () => document.getElementById("words").dataset;
const say = (text) => { document.getElementById("said").textContent = text; };
const wait = (ms) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
});

function put(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  if (fresh.getElementById("ended")) {
    document.body.replaceWith(fresh.body);
    return;
  }
  for (const part of document.querySelectorAll("[data-part]")) {
    const other = fresh.getElementById(part.id);
    if (other && !busy.has(part.id) && !part.isEqualNode(other)) part.replaceWith(other);
  }
}

// Asks again for as long as nothing answers, or too much is going on; whatever else comes is an answer.
async function ask(url, options, told) {
  for (let tries = 0; tries < 60; tries++) {
    try {
      const answer = await fetch(url, { ...options, cache: "no-store", credentials: "omit" });
      if (answer.status !== 429 && answer.status !== 503) return answer;
    } catch { told(words().lost); }
    await wait(PATIENCE[Math.min(tries, PATIENCE.length - 1)]);
  }
  throw new Error(words().gone);
}

function chance() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function send(form, file) {
  const slot = form.closest(".slot");
  if (busy.has(slot.id)) return;
  if (file.size > Number(words().most)) { say(words().large); slot.querySelector(".told p").textContent = words().large; return; }
  busy.add(slot.id);
  slot.classList.add("busy");
  const line = document.createElement("div");
  line.className = "sending";
  const bar = document.createElement("progress");
  const text = document.createElement("span");
  bar.max = file.size;
  bar.value = 0;
  bar.setAttribute("aria-label", words().sending);
  line.append(bar, text);
  slot.querySelector(".acts").append(line);
  const told = (what) => { if (text.textContent !== what) text.textContent = what; };
  const url = `${form.dataset.upload}/${chance()}${location.search}`;
  try {
    let at = 0;
    for (;;) {
      told(at + PIECE < file.size ? words().sending : words().judging);
      const headers = { "Upload-Offset": String(at), "Upload-Length": String(file.size) };
      const piece = file.slice(at, at + PIECE);
      const answer = await ask(url, { method: "PUT", headers, body: piece }, told);
      if (answer.status === 202 || answer.status === 409) {
        at = Number(answer.headers.get("Upload-Offset"));
        bar.value = at;
        continue;
      }
      const page = await answer.text();
      if (!answer.ok && answer.status !== 410) throw new Error(words().gone);
      busy.delete(slot.id);
      slot.classList.remove("busy");
      line.remove();
      put(page);
      const now = document.getElementById(slot.id);
      if (now) {
        say(now.querySelector("[data-said]")?.dataset.said ?? "");
        now.focus({ preventScroll: true });
        now.scrollIntoView({ block: "nearest" });
      }
      return;
    }
  } catch (error) {
    busy.delete(slot.id);
    slot.classList.remove("busy");
    line.remove();
    slot.querySelector(".told p").textContent = error.message;
    say(error.message);
  }
}

addEventListener("change", (event) => {
  const input = event.target;
  if (input.type !== "file" || !input.files.length) return;
  const form = input.form;
  const file = input.files[0];
  send(form, file).finally(() => { input.value = ""; });
});

addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-quiet")) return;
  event.preventDefault();
  const slot = form.closest(".slot");
  try {
    const answer = await ask(form.action, { method: "POST" }, say);
    put(await answer.text());
    const now = slot && document.getElementById(slot.id);
    say(now?.querySelector("[data-said]")?.dataset.said ?? document.querySelector("#ended p")?.textContent ?? "");
    if (now) now.focus({ preventScroll: true });
  } catch (error) { say(error.message); }
});

// Coming back to the page: what another phone has sent meanwhile, or that the session is over.
addEventListener("visibilitychange", async () => {
  if (document.visibilityState !== "visible" || busy.size || document.getElementById("ended")) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store", credentials: "omit" });
    if (answer.ok && !busy.size) put(await answer.text());
  } catch { /* it may be asleep: the next tap tells */ }
});
