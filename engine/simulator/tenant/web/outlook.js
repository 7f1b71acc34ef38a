// Opens the two dialogs, fills them from what was clicked, and reloads the page
// when a calendar changed elsewhere. The forms work without it.
"use strict";
const book = document.getElementById("book"), about = document.getElementById("event");
const pad = (n) => String(n).padStart(2, "0");

document.addEventListener("click", (e) => {
  const t = e.target;
  const event = t.closest(".event"), day = t.closest(".day");
  if (t.closest("[data-close]")) t.closest("dialog").close();
  else if (event) showEvent(event.dataset);
  else if (t.closest("[data-open]")) openBook(document.querySelector(".day"), null);
  else if (day) openBook(day, e.offsetY);
});

function openBook(day, y) {
  const form = book.querySelector("form");
  // Without a click on a time: the next quarter of an hour in that room.
  let minutes = y === null ? nowMinutes(day) : Number(day.dataset.first) * 60 + y;
  minutes = Math.min(23 * 60 + 45, Math.max(0, y === null ? Math.ceil(minutes / 15) * 15 : Math.floor(minutes / 15) * 15));
  form.room.value = day.dataset.room;
  form.start.value = `${day.dataset.date}T${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  book.showModal();
}

function nowMinutes(day) {
  const line = day.querySelector(".now");
  return Number(day.dataset.first) * 60 + (line ? line.offsetTop : 60);
}

function showEvent(d) {
  const notes = [];
  if ("private" in d) notes.push("Private");
  if (d.kind === "occurrence") notes.push("One of a series: only this occurrence changes");
  if (d.kind === "exception") notes.push("A changed occurrence of a series");
  if ("cancelled" in d) notes.push("Cancelled by its organizer");
  const words = { subject: d.subject, when: `${d.when} · ${d.roomName}`, organizer: `Organized by ${d.organizer}`, note: notes.join(" · ") };
  for (const el of about.querySelectorAll("[data-show]")) el.textContent = words[el.dataset.show];
  for (const form of about.querySelectorAll("form")) {
    form.room.value = d.room;
    form.id.value = d.id;
  }
  const move = about.querySelector(".movable");
  move.hidden = "allday" in d;
  move.start.value = d.start;
  const length = move.minutes;
  if (![...length.options].some((o) => o.value === d.minutes)) length.add(new Option(`${d.minutes} min`, d.minutes));
  length.value = d.minutes;
  about.querySelector(".cancelling").hidden = "cancelled" in d;
  about.showModal();
}

const loaded = Date.now();
setInterval(async () => {
  if (book.open || about.open || document.hidden) return;
  try {
    const version = await (await fetch("/outlook/version")).text();
    if (version !== document.body.dataset.version || Date.now() - loaded > 60000) refresh();
  } catch { /* the tenant is away; the next tick asks again */ }
}, 2000);

// A refused form leaves its own address in the bar; reloading would post it again.
function refresh() {
  if (location.pathname === "/outlook") location.reload();
  else location.replace("/outlook?day=" + document.body.dataset.day);
}

const toast = document.querySelector(".toast");
if (toast) {
  history.replaceState(null, "", "/outlook?day=" + document.body.dataset.day); // said once
  setTimeout(() => toast.remove(), 5000);
}

// The first look is at what is going on now.
if (!sessionStorage.getItem("seen")) {
  sessionStorage.setItem("seen", "1");
  document.querySelector(".axis b")?.scrollIntoView({ block: "center" });
}
