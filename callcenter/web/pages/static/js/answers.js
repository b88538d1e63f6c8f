// What is answered in a form is kept as it is chosen: a browser that closes, or signs out, loses nothing. Of a contact
// another page may answer too: each field takes what was last chosen there, unless something else was chosen here.
import { append, take } from "./demarches.js";
import { csrf, post } from "./desk-api.js";
import { sayKept, watchOver } from "./leaving.js";

const EVERY = 400; // milliseconds without a change
const AGAIN = 3000; // after a failure
const APART = new Set(["csrf", "contact_id", "revision"]);
const kept = new WeakMap(); // form -> { contact, revision, answers }: what the server has
let saving = null;
let timer = null;

const forms = () => [...document.querySelectorAll("form[data-keeps]")];
const isVisit = (form) => form.dataset.keeps === "visit";
const contactOf = (form) => form.elements.contact_id.value;

// The answers by the names of the fields; of a démarche, that it is there.
function answersOf(form) {
  const given = {};
  for (const [name, value] of new FormData(form)) {
    if (APART.has(name) || (name === "notes" && !isVisit(form))) continue;
    if (value !== "" || name.startsWith("procedure-")) given[name] = value;
  }
  return given;
}

function same(one, other) {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function known(form) {
  const contact = contactOf(form);
  const had = kept.get(form);
  if (had?.contact === contact) return had;
  const fresh = { contact, revision: Number(form.dataset.revision ?? 0), answers: answersOf(form) };
  kept.set(form, fresh);
  return fresh;
}

const isUnkept = (form) => !same(answersOf(form), known(form).answers);

function later(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

function save() {
  clearTimeout(timer);
  saving ??= saveEach().finally(() => (saving = null));
  return saving;
}

async function saveEach() {
  for (const form of forms().filter(isUnkept)) {
    const had = known(form);
    const answers = answersOf(form);
    const body = { contact_id: had.contact, answers, ...(isVisit(form) ? {} : { revision: had.revision }) };
    const answer = await post(isVisit(form) ? "visit-answers" : "answers", body);
    if (kept.get(form) !== had || contactOf(form) !== had.contact) continue; // recorded meanwhile
    const place = document.getElementById(isVisit(form) ? "kept-visit" : `kept-${had.contact}`);
    if (answer?.ok) {
      const { recording } = await answer.json();
      const told = recording?.contact_id === had.contact ? recording.answers_revision : Infinity;
      Object.assign(had, { answers, revision: Math.min(told, had.revision + 1) });
      sayKept(place, form);
      if (isUnkept(form)) later(EVERY);
    } else if (answer?.status === 409) {
      look(); // another page's came first: theirs are on this page already, or come with the stream
      later(AGAIN);
    } else {
      if (place) place.textContent = place.dataset.fails;
      later(AGAIN);
    }
  }
}

// What the server has of a contact's answers stands on the page, and changes when another page's are kept.
function look() {
  const place = document.getElementById("answers");
  const form = place && document.getElementById(`record-${place.dataset.contact}`);
  if (!form) return;
  const had = known(form);
  const revision = Number(place.dataset.revision);
  if (revision <= had.revision) return;
  const theirs = JSON.parse(place.textContent);
  const mine = answersOf(form);
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(had.answers)])) {
    if (mine[name] === had.answers[name] && theirs[name] !== mine[name]) fill(form, name, theirs[name]);
  }
  Object.assign(had, { revision, answers: theirs });
  if (isUnkept(form)) later(EVERY);
}

function fill(form, name, value) {
  const number = name.match(/^procedure-(\d+)$/)?.[1];
  const list = form.querySelector(".demarches");
  if (number && value === undefined) return take(list.querySelector(`.demarche[data-n="${number}"]`));
  if (number && !form.elements[name]) append(list, Number(number));
  const field = form.elements[name];
  if (!field) return;
  if (field instanceof RadioNodeList) for (const each of field) each.checked = each.value === value;
  else if (field.type === "checkbox") field.checked = value !== undefined;
  else field.value = value ?? "";
}

if (csrf) {
  const changed = ({ target }) => {
    const form = target.form;
    if (!form?.matches?.("[data-keeps]") || target.matches("[data-notes]")) return;
    const place = document.getElementById(isVisit(form) ? "kept-visit" : `kept-${contactOf(form)}`);
    if (place) place.textContent = "";
    later(EVERY);
  };
  for (const form of forms()) known(form);
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("demarches", () => later(EVERY));
  for (const shown of ["htmx:after:swap", "panel:shown"]) {
    document.addEventListener(shown, () => {
      for (const form of forms()) known(form);
      look();
    });
  }
  document.addEventListener("recorded-visit", ({ target }) => kept.delete(target.closest("form") ?? target));
  document.addEventListener("visibilitychange", () => document.hidden && save());
  addEventListener("pagehide", save);
  watchOver((within) => forms().some((form) => within.contains(form) && isUnkept(form)), save);
}
